package net.realmbridge.keycloak.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import net.realmbridge.keycloak.config.BridgeConfig;
import net.realmbridge.keycloak.feed.SyncReport;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import net.realmbridge.keycloak.runtime.FeedLog;

/** A component's state as this node sees it. Never the token. */
final class ComponentStatus {
    private ComponentStatus() {
    }

    /** @param rolesRefused by group, why it doesn't have a role that it is mapped to */
    static Map<String, Object> of(BridgeRuntime runtime, long users, Map<String, List<String>> rolesRefused) {
        BridgeConfig config = runtime.config();
        Map<String, Object> status = new LinkedHashMap<>();
        status.put("id", config.componentId());
        status.put("name", config.name());
        status.put("enabled", config.enabled());
        status.put("importEnabled", config.importEnabled());
        status.put("bridgeUrl", config.bridgeUrl());
        status.put("federation", config.federation());
        status.put("state", state(runtime));
        status.put("stateSince", runtime.health().since());
        status.put("lease", runtime.lease().isHeld());
        status.put("lastError", runtime.health().lastError());
        status.put("lastErrorAt", time(runtime.health().lastErrorAt()));
        FeedLog.Entry feed = runtime.feedLog().entry();
        status.put("lastAnswerAt", time(feed.lastAnswerAt()));
        status.put("lastEventAt", time(feed.lastEventAt()));
        status.put("lastAppliedAt", time(feed.lastAppliedAt()));
        status.put("lastFullSyncAt", time(feed.lastFullSyncAt()));
        status.put("lastFullSync", feed.lastFullSync());
        status.put("removalsHeld", feed.held());
        status.put("bindings", BindingStatus.of(runtime.bindings()));
        status.put("rolesRefused", rolesRefused);
        status.put("counts", Map.of("users", users, "added", feed.added(), "updated", feed.updated(), "removed", feed.removed(),
                "failed", feed.failed()));
        return status;
    }

    private static String state(BridgeRuntime runtime) {
        if (!runtime.config().enabled()) {
            return "disabled";
        }
        if (!runtime.config().isComplete()) {
            return "incomplete";
        }
        return runtime.health().isImpaired() ? "unavailable" : runtime.lease().isHeld() ? "connected" : "connecting";
    }

    static Map<String, Object> of(SyncReport report) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("added", report.getAdded());
        result.put("updated", report.getUpdated());
        result.put("removed", report.getRemoved());
        result.put("failed", report.getFailed());
        result.put("status", report.getStatus());
        return result;
    }

    private static Long time(long millis) {
        return millis == 0 ? null : millis;
    }
}
