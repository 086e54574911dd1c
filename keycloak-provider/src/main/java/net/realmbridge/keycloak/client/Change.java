package net.realmbridge.keycloak.client;

import java.util.List;

/** One item of the feed: a resulting state, so that applying it twice does no harm. */
public record Change(
        String kind,
        String id,
        String state,
        BridgeUser user,
        BridgeGroup group,
        List<String> reasons,
        boolean endSessions,
        Long at) {

    public Change {
        reasons = reasons == null ? List.of() : reasons;
    }

    public boolean isUser() {
        return "user".equals(kind);
    }

    public boolean isGroup() {
        return "group".equals(kind);
    }

    public boolean isFederation() {
        return "federation".equals(kind);
    }

    public boolean isPresent() {
        return "present".equals(state);
    }

    public boolean isAbsent() {
        return "absent".equals(state);
    }
}
