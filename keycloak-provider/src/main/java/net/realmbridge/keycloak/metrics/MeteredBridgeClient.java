package net.realmbridge.keycloak.metrics;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.BridgeClient;
import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.client.Changes;
import net.realmbridge.keycloak.client.ExportSink;
import net.realmbridge.keycloak.client.FederationInfo;
import net.realmbridge.keycloak.client.PasswordCheck;
import net.realmbridge.keycloak.client.UserQuery;

/** Counts and times the calls of the bridge by what came of them. */
public final class MeteredBridgeClient implements BridgeClient {
    private final BridgeClient client;
    private final Metrics metrics;

    public MeteredBridgeClient(BridgeClient client, Metrics metrics) {
        this.client = client;
        this.metrics = metrics;
    }

    private <T> Answer<T> metered(String call, Supplier<Answer<T>> action) {
        long start = System.nanoTime();
        Answer<T> answer = action.get();
        metrics.called(call, outcome(answer), Duration.ofNanos(System.nanoTime() - start));
        return answer;
    }

    private static String outcome(Answer<?> answer) {
        if (answer instanceof Answer.Unavailable<?> unavailable) {
            return unavailable.outage().name().toLowerCase(Locale.ROOT);
        }
        if (answer instanceof Answer.Found<?> found && found.value() instanceof PasswordCheck check) {
            return check.result();
        }
        return answer instanceof Answer.Absent<?> ? "absent" : "found";
    }

    @Override
    public Answer<FederationInfo> federation() {
        return metered("federation", client::federation);
    }

    @Override
    public Answer<BridgeUser> userById(String id) {
        return metered("user", () -> client.userById(id));
    }

    @Override
    public Answer<BridgeUser> userByUsername(String username) {
        return metered("lookup", () -> client.userByUsername(username));
    }

    @Override
    public Answer<BridgeUser> userByEmail(String email) {
        return metered("lookup", () -> client.userByEmail(email));
    }

    @Override
    public Answer<List<BridgeUser>> users(UserQuery query) {
        return metered("users", () -> client.users(query));
    }

    @Override
    public Answer<Integer> countUsers(UserQuery query) {
        return metered("count", () -> client.countUsers(query));
    }

    @Override
    public Answer<PasswordCheck> verifyPassword(String id, String password) {
        return metered("verify-password", () -> client.verifyPassword(id, password));
    }

    @Override
    public Answer<List<BridgeUser>> groupMembers(String groupId, int first, int max) {
        return metered("members", () -> client.groupMembers(groupId, first, max));
    }

    @Override
    public Answer<Changes> changes(String after, int waitSeconds) {
        return metered("changes", () -> client.changes(after, waitSeconds));
    }

    @Override
    public Answer<String> export(ExportSink sink) {
        return metered("export", () -> client.export(sink));
    }

    @Override
    public BridgeClient within(Duration deadline) {
        return new MeteredBridgeClient(client.within(deadline), metrics);
    }

    @Override
    public void close() {
        client.close();
    }
}
