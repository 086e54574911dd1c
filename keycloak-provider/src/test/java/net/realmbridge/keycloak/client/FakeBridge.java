package net.realmbridge.keycloak.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Gives the same answer to every interactive call, and counts the calls. */
public class FakeBridge implements BridgeClient {
    public final List<Duration> limits = new ArrayList<>();
    public Supplier<Answer<BridgeUser>> answer = Answer::absent;
    public int calls;

    @Override
    public Answer<BridgeUser> userById(String id) {
        calls++;
        return answer.get();
    }

    @Override
    public Answer<BridgeUser> userByUsername(String username) {
        return userById(username);
    }

    @Override
    public Answer<BridgeUser> userByEmail(String email) {
        return userById(email);
    }

    @Override
    public BridgeClient within(Duration deadline) {
        limits.add(deadline);
        return this;
    }

    @Override
    public Answer<FederationInfo> federation() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Answer<List<BridgeUser>> users(UserQuery query) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Answer<Integer> countUsers(UserQuery query) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Answer<PasswordCheck> verifyPassword(String id, String password) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Answer<List<BridgeUser>> groupMembers(String groupId, int first, int max) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Answer<Changes> changes(String after, int waitSeconds) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Answer<String> export(ExportSink sink) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
