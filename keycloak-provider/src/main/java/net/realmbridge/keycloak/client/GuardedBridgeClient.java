package net.realmbridge.keycloak.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Keeps a sick bridge from making Keycloak sick: a circuit breaker against repeated waiting, and a bulkhead so that only a few
 * of Keycloak's threads wait at once. The feed has a thread of its own and goes past both.
 */
public final class GuardedBridgeClient implements BridgeClient {
    private static final int MAX_WAITING = 16;
    private static final long MAX_QUEUE_MILLIS = 100;

    private final BridgeClient client;
    private final CircuitBreaker breaker;
    private final Consumer<Answer<?>> observer;
    private final Semaphore slots;

    /** @param observer told each answer that says something about the bridge's health */
    public GuardedBridgeClient(BridgeClient client, CircuitBreaker breaker, Consumer<Answer<?>> observer) {
        this(client, breaker, observer, new Semaphore(MAX_WAITING));
    }

    private GuardedBridgeClient(BridgeClient client, CircuitBreaker breaker, Consumer<Answer<?>> observer, Semaphore slots) {
        this.client = client;
        this.breaker = breaker;
        this.observer = observer;
        this.slots = slots;
    }

    @Override
    public BridgeClient within(Duration deadline) {
        return new GuardedBridgeClient(client.within(deadline), breaker, observer, slots);
    }

    @Override
    public Answer<FederationInfo> federation() {
        return guarded(client::federation);
    }

    @Override
    public Answer<BridgeUser> userById(String id) {
        return guarded(() -> client.userById(id));
    }

    @Override
    public Answer<BridgeUser> userByUsername(String username) {
        return guarded(() -> client.userByUsername(username));
    }

    @Override
    public Answer<BridgeUser> userByEmail(String email) {
        return guarded(() -> client.userByEmail(email));
    }

    @Override
    public Answer<List<BridgeUser>> users(UserQuery query) {
        return guarded(() -> client.users(query));
    }

    @Override
    public Answer<Integer> countUsers(UserQuery query) {
        return guarded(() -> client.countUsers(query));
    }

    @Override
    public Answer<PasswordCheck> verifyPassword(String id, String password) {
        return guarded(() -> client.verifyPassword(id, password));
    }

    @Override
    public Answer<List<BridgeUser>> groupMembers(String groupId, int first, int max) {
        return guarded(() -> client.groupMembers(groupId, first, max));
    }

    @Override
    public Answer<Changes> changes(String after, int waitSeconds) {
        return client.changes(after, waitSeconds);
    }

    @Override
    public Answer<String> export(ExportSink sink) {
        return client.export(sink);
    }

    private <T> Answer<T> guarded(Supplier<Answer<T>> call) {
        if (!breaker.allows()) {
            return Answer.unavailable(Outage.SUSPENDED, "the bridge doesn't answer; the next attempt is due in a few seconds");
        }
        try {
            if (!slots.tryAcquire(MAX_QUEUE_MILLIS, TimeUnit.MILLISECONDS)) {
                return Answer.unavailable(Outage.BUSY, "too many calls wait for the bridge");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.unavailable(Outage.INTERRUPTED, "interrupted while waiting for the bridge");
        }
        try {
            Answer<T> answer = call.get();
            report(answer);
            return answer;
        } finally {
            slots.release();
        }
    }

    private void report(Answer<?> answer) {
        if (!(answer instanceof Answer.Unavailable<?> unavailable)) {
            breaker.succeeded();
            observer.accept(answer);
        } else if (unavailable.outage().isFault()) {
            breaker.failed();
            observer.accept(answer);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
