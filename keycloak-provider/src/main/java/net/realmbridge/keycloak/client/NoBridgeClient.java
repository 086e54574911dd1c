package net.realmbridge.keycloak.client;

import java.time.Duration;
import java.util.List;

/** Stands in while a component's configuration is incomplete. */
public final class NoBridgeClient implements BridgeClient {

    private static <T> Answer<T> none() {
        return Answer.unavailable(Outage.UNREACHABLE, "the component's configuration is incomplete");
    }

    @Override
    public Answer<FederationInfo> federation() {
        return none();
    }

    @Override
    public Answer<BridgeUser> userById(String id) {
        return none();
    }

    @Override
    public Answer<BridgeUser> userByUsername(String username) {
        return none();
    }

    @Override
    public Answer<BridgeUser> userByEmail(String email) {
        return none();
    }

    @Override
    public Answer<List<BridgeUser>> users(UserQuery query) {
        return none();
    }

    @Override
    public Answer<Integer> countUsers(UserQuery query) {
        return none();
    }

    @Override
    public Answer<PasswordCheck> verifyPassword(String id, String password) {
        return none();
    }

    @Override
    public Answer<List<BridgeUser>> groupMembers(String groupId, int first, int max) {
        return none();
    }

    @Override
    public Answer<Changes> changes(String after, int waitSeconds) {
        return none();
    }

    @Override
    public Answer<String> export(ExportSink sink) {
        return none();
    }

    @Override
    public BridgeClient within(Duration deadline) {
        return this;
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
