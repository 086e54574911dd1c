package net.realmbridge.keycloak.feed;

import net.realmbridge.keycloak.client.Outage;
import org.keycloak.storage.user.SynchronizationResult;

/**
 * A sync's result with a message of its own. Keycloak turns an exception from a sync into "0 imported users" with status 200, so
 * a sync that could not read reports a failure instead. Such a report is marked as ignored too, which keeps Keycloak from
 * writing the time of the last sync and emptying the realm's user cache for nothing.
 */
public final class SyncReport extends SynchronizationResult {
    private final String problem;
    private final Outage outage;

    private SyncReport(SynchronizationResult counts, String problem, Outage outage, boolean complete) {
        add(counts);
        this.problem = problem;
        this.outage = outage;
        if (!complete) {
            increaseFailed();
            setIgnored(true);
        }
    }

    static SyncReport done(SynchronizationResult counts, String held) {
        return new SyncReport(counts, held, null, true);
    }

    static SyncReport nothing() {
        return done(new SynchronizationResult(), null);
    }

    static SyncReport unavailable(SynchronizationResult counts, Outage outage, String detail) {
        return new SyncReport(counts, "the bridge could not be read: " + detail, outage, false);
    }

    static SyncReport failed(String problem) {
        return new SyncReport(new SynchronizationResult(), problem, null, false);
    }

    /** Whether the run went through, though single rows may have failed. */
    boolean isComplete() {
        return !isIgnored();
    }

    Outage outage() {
        return outage;
    }

    String problem() {
        return problem;
    }

    @Override
    public String getStatus() {
        StringBuilder status = new StringBuilder();
        status.append(getAdded()).append(" imported users, ").append(getUpdated()).append(" updated users, ")
                .append(getRemoved()).append(" removed users");
        if (getFailed() > 0) {
            status.append(", ").append(getFailed()).append(" failed");
        }
        if (problem != null) {
            status.append("; ").append(problem);
        }
        return status.toString();
    }
}
