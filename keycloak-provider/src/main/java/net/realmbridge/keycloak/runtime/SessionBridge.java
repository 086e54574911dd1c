package net.realmbridge.keycloak.runtime;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.BridgeClient;
import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.client.Outage;

/**
 * The bridge as one Keycloak request sees it. The request as a whole, not each call, has a time budget: a login makes a lookup,
 * a validation and a password check, and three deadlines in a row would be a wait of several seconds. Lookups are remembered,
 * because Keycloak asks for the same user several times in a request.
 */
public final class SessionBridge {
    private static final Duration LEAST = Duration.ofMillis(50);

    private final BridgeClient client;
    private final Duration budget;
    private final LongSupplier nanoTime;
    private final Map<String, Answer<BridgeUser>> lookups = new HashMap<>();
    private long spentNanos;
    private String failure;

    public SessionBridge(BridgeClient client, Duration budget, LongSupplier nanoTime) {
        this.client = client;
        this.budget = budget;
        this.nanoTime = nanoTime;
    }

    public Answer<BridgeUser> userById(String id) {
        return lookups.computeIfAbsent("id:" + id, key -> call(bridge -> bridge.userById(id)));
    }

    public Answer<BridgeUser> userByUsername(String username) {
        return lookups.computeIfAbsent("username:" + username, key -> call(bridge -> bridge.userByUsername(username)));
    }

    public Answer<BridgeUser> userByEmail(String email) {
        return lookups.computeIfAbsent("email:" + email, key -> call(bridge -> bridge.userByEmail(email)));
    }

    public <T> Answer<T> call(Function<BridgeClient, Answer<T>> call) {
        if (failure != null) {
            return Answer.unavailable(Outage.SUSPENDED, failure);
        }
        Duration left = budget.minusNanos(spentNanos);
        if (left.compareTo(LEAST) < 0) {
            return Answer.unavailable(Outage.TIMEOUT, "this request has waited long enough for the bridge");
        }
        long start = nanoTime.getAsLong();
        Answer<T> answer = call.apply(client.within(left));
        spentNanos += nanoTime.getAsLong() - start;
        if (answer instanceof Answer.Unavailable<T> unavailable && unavailable.outage().isFault()) {
            failure = unavailable.detail();
        }
        return answer;
    }
}
