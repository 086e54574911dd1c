package net.realmbridge.keycloak.client;

import java.time.Duration;
import java.util.List;

/**
 * The user-storage API, version 1. No method throws for an outage, and none of the interactive ones waits longer than the
 * configured deadline; {@link #changes} and {@link #export} are for the feed's own thread and take longer.
 */
public interface BridgeClient extends AutoCloseable {

    Answer<FederationInfo> federation();

    Answer<BridgeUser> userById(String id);

    Answer<BridgeUser> userByUsername(String username);

    Answer<BridgeUser> userByEmail(String email);

    Answer<List<BridgeUser>> users(UserQuery query);

    Answer<Integer> countUsers(UserQuery query);

    Answer<PasswordCheck> verifyPassword(String id, String password);

    Answer<List<BridgeUser>> groupMembers(String groupId, int first, int max);

    /** @param after the cursor to go on from, or {@code null} for the cursor of now */
    Answer<Changes> changes(String after, int waitSeconds);

    /**
     * Streams the whole federation into the sink.
     *
     * @return the cursor at which the feed goes on, if and only if the listing came complete
     */
    Answer<String> export(ExportSink sink);

    /** The same client, whose interactive calls wait no longer than this. */
    BridgeClient within(Duration deadline);

    @Override
    void close();
}
