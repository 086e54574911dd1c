package net.realmbridge.keycloak.runtime;

import java.util.function.LongSupplier;

import org.keycloak.storage.user.SynchronizationResult;

/** What the feed and the syncs of this node have done since it started, for an administrator to read. */
public final class FeedLog {

    /**
     * Times are milliseconds since 1970, or 0 for never.
     *
     * @param lastEventAt when the newest change that has been applied was made at the bridge
     * @param heldUsers how many users the last full sync would have removed
     * @param held why the last full sync removed nobody, or {@code null}
     */
    public record Entry(long lastAnswerAt, long lastEventAt, long lastAppliedAt, long lastFullSyncAt, String lastFullSync, String held, long heldUsers,
            long added, long updated, long removed, long failed) {
    }

    private final LongSupplier clock;
    private long lastAnswerAt;
    private long lastEventAt;
    private long lastAppliedAt;
    private long lastFullSyncAt;
    private String lastFullSync;
    private String held;
    private long heldUsers;
    private long added;
    private long updated;
    private long removed;
    private long failed;

    public FeedLog(LongSupplier clock) {
        this.clock = clock;
    }

    public synchronized Entry entry() {
        return new Entry(lastAnswerAt, lastEventAt, lastAppliedAt, lastFullSyncAt, lastFullSync, held, heldUsers, added, updated, removed, failed);
    }

    synchronized void answered() {
        lastAnswerAt = clock.getAsLong();
    }

    public synchronized void applied(SynchronizationResult result, long newestChangeAt) {
        lastAppliedAt = clock.getAsLong();
        lastEventAt = Math.max(lastEventAt, newestChangeAt);
        count(result);
    }

    /**
     * @param heldBecause why removals wait for an administrator, or {@code null} if none do
     * @param removalsHeld how many users they concern
     */
    public synchronized void synced(SynchronizationResult result, String heldBecause, int removalsHeld) {
        lastFullSyncAt = clock.getAsLong();
        lastFullSync = result.getStatus();
        held = heldBecause;
        heldUsers = heldBecause == null ? 0 : removalsHeld;
        count(result);
    }

    private void count(SynchronizationResult result) {
        added += result.getAdded();
        updated += result.getUpdated();
        removed += result.getRemoved();
        failed += result.getFailed();
    }
}
