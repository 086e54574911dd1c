package net.realmbridge.keycloak.feed;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.Change;
import net.realmbridge.keycloak.client.Changes;
import net.realmbridge.keycloak.client.Outage;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.storage.user.SynchronizationResult;

/**
 * The work of the feed, as the tail and Keycloak's own sync both call it. Only one node of a cluster applies at a time, and only
 * from the cursor that is in the database: who polled from an older one finds its items applied by somebody else.
 */
public final class FeedJob {
    private static final Duration LOCK = Duration.ofMinutes(10);

    private final KeycloakSessionFactory factory;
    private final BridgeRuntime runtime;
    private final Turn turn;

    public FeedJob(KeycloakSessionFactory factory, BridgeRuntime runtime) {
        this.factory = factory;
        this.runtime = runtime;
        this.turn = new Turn((key, seconds, work) -> KeycloakInternals.exclusively(factory, key, seconds, work),
                runtime.config().componentId() + "::realmbridge", LOCK);
    }

    public String cursor() {
        return KeycloakInternals.inTransaction(factory, runtime.config().realmId(),
                (session, realm) -> new CursorStore(session, realm, runtime.config()).read());
    }

    /** Whether an organization or an identity provider has come, gone or changed to which directories are bound. */
    boolean bindingsMoved() {
        return new BindingWatch(factory, runtime).hasMoved();
    }

    /** @return empty if another node is at work */
    public Optional<SyncReport> fullSync() {
        return fullSync(false);
    }

    /** @param releaseRemovals whether removals go through that the guard would hold */
    public Optional<SyncReport> fullSync(boolean releaseRemovals) {
        return turn.take(() -> run(new FullSync(factory, runtime, !releaseRemovals && runtime.config().removalGuard(), null)));
    }

    /** Takes all changes since the stored cursor, without waiting for new ones; without a cursor, everything. */
    public Optional<SyncReport> catchUp() {
        return turn.take(this::catchUpLocked);
    }

    private SyncReport catchUpLocked() {
        SynchronizationResult sum = new SynchronizationResult();
        while (true) {
            String from = cursor();
            if (from == null) {
                return full();
            }
            Answer<Changes> answer = runtime.client().changes(from, 0);
            if (answer instanceof Answer.Unavailable<Changes> unavailable) {
                return unavailable.outage() == Outage.CURSOR_EXPIRED
                        ? full()
                        : SyncReport.unavailable(sum, unavailable);
            }
            if (!(answer instanceof Answer.Found<Changes> found)) {
                return SyncReport.failed("the bridge has no feed");
            }
            if (applyAndStore(found.value(), sum)) {
                return fullAfter(found.value());
            }
            if (!found.value().more()) {
                return SyncReport.done(sum, null);
            }
        }
    }

    /**
     * Applies an answer of the feed, unless some other node has done it already.
     *
     * @return empty if another node is at work
     */
    Optional<SyncReport> apply(String polledFrom, Changes changes) {
        return turn.take(() -> {
            String stored = cursor();
            if (polledFrom.equals(stored)) {
                return applyAndStore(changes, new SynchronizationResult()) ? fullAfter(changes)
                        : SyncReport.done(new SynchronizationResult(), null);
            }
            // Who imports polls from the stored cursor, so it has moved on since. Who doesn't has a place of its own, which may also
            // be ahead of it, when the node that was to apply the changes has died.
            return runtime.config().importEnabled() || changes.cursor().equals(stored)
                    ? SyncReport.done(new SynchronizationResult(), null)
                    : catchUpLocked();
        });
    }

    /** Without import: makes this node forget what it remembers of the changed users. */
    void forget(Changes changes) {
        new ChangeApplier(factory, runtime).forget(changes.items());
    }

    /** @return whether a full sync must follow */
    private boolean applyAndStore(Changes changes, SynchronizationResult sum) {
        ChangeApplier applier = new ChangeApplier(factory, runtime);
        boolean fullSyncMustFollow = applier.apply(changes.items());
        sum.add(applier.result());
        if (fullSyncMustFollow) {
            // The full sync stores its own cursor. Should it fail, this answer comes again.
            return true;
        }
        KeycloakInternals.inTransaction(factory, runtime.config().realmId(), (session, realm) -> {
            new CursorStore(session, realm, runtime.config()).write(changes.cursor());
            return null;
        });
        return false;
    }

    private SyncReport full() {
        return full(null);
    }

    private SyncReport fullAfter(Changes changes) {
        Long causedAt = federationChangedAt(changes);
        SyncReport report = full(causedAt);
        if (causedAt == null && report.isComplete()) {
            runtime.repaired();
        }
        return report;
    }

    private SyncReport full(Long causedAt) {
        return run(new FullSync(factory, runtime, runtime.config().removalGuard(), causedAt));
    }

    /** Without import there is no copy to compare, so whatever Keycloak's cache holds may be what the feed has missed. */
    private SyncReport run(FullSync sync) {
        SyncReport report = sync.run();
        if (!runtime.config().importEnabled() && report.isComplete()) {
            KeycloakInternals.inTransaction(factory, runtime.config().realmId(), (session, realm) -> {
                KeycloakInternals.evictAll(session, realm);
                return null;
            });
        }
        return report;
    }

    private static Long federationChangedAt(Changes changes) {
        return changes.items().stream().filter(Change::isFederation).map(Change::at).filter(Objects::nonNull).findFirst().orElse(null);
    }
}
