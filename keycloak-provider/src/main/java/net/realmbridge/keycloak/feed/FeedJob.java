package net.realmbridge.keycloak.feed;

import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

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
    /** How often the feed's thread tries an answer with a row that can't be written: the database may have been away for a moment. */
    private static final int ATTEMPTS = 4;
    private static final int MAX_GIVEN_UP = 1_000;

    private final KeycloakSessionFactory factory;
    private final BridgeRuntime runtime;
    private final Turn turn;
    /** How often in a row an answer was not taken because of a row that could not be written. */
    private int refused;
    /** Ids of what could not be written after all attempts: its later changes are not waited for. */
    private final Set<String> givenUp = new HashSet<>();

    public FeedJob(KeycloakSessionFactory factory, BridgeRuntime runtime) {
        this.factory = factory;
        this.runtime = runtime;
        this.turn = new Turn((key, seconds, work) -> KeycloakInternals.exclusively(factory, key, seconds, work),
                runtime.config().componentId() + "::realmbridge", LOCK);
    }

    /** What is stored of how far the feed has been followed. */
    CursorStore.Place place() {
        CursorStore.Place place = inStore(CursorStore::read);
        return place == null ? new CursorStore.Place(null, null) : place;
    }

    private <T> T inStore(Function<CursorStore, T> work) {
        return KeycloakInternals.inTransaction(factory, runtime.config().realmId(),
                (session, realm) -> work.apply(new CursorStore(session, realm, runtime.config())));
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
        return turn.take(() -> runAsked(new FullSync(factory, runtime, !releaseRemovals && runtime.config().removalGuard(), null)));
    }

    /**
     * A full sync for the rows that had to be left out. Should it fail, the next one is not due at once.
     *
     * @return empty if another node is at work, or has been
     */
    Optional<SyncReport> repair() {
        return turn.take(() -> Boolean.TRUE.equals(inStore(store -> store.beginRepair(System.currentTimeMillis())))
                ? run(new FullSync(factory, runtime, runtime.config().removalGuard(), null))
                : null);
    }

    /** Takes all changes since the stored cursor, without waiting for new ones; without a cursor, everything. */
    public Optional<SyncReport> catchUp() {
        return turn.take(this::catchUpLocked);
    }

    private SyncReport catchUpLocked() {
        SynchronizationResult sum = new SynchronizationResult();
        while (true) {
            String from = place().cursor();
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
            ChangeApplier applied = apply(found.value());
            sum.add(applied.result());
            if (store(found.value(), applied, true)) {
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
            CursorStore.Place reached = place();
            String stored = reached.cursor();
            if (reached.debt() == null) {
                givenUp.clear();
            }
            if (polledFrom.equals(stored)) {
                return applyOrRefuse(changes);
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
        ChangeApplier applier = new ChangeApplier(factory, runtime);
        applier.forget(changes.items());
        if (applier.hasBrokenLink()) {
            oweRepair();
        }
    }

    /** An answer that isn't taken comes again, after a pause. */
    private SyncReport applyOrRefuse(Changes changes) {
        ChangeApplier applied = apply(changes);
        if (!givenUp.containsAll(applied.broken()) && ++refused < ATTEMPTS) {
            return SyncReport.unwritten("a change could not be written; it is tried again");
        }
        refused = 0;
        boolean isNews = !givenUp.containsAll(applied.broken());
        giveUp(changes, applied.broken());
        return store(changes, applied, isNews) ? fullAfter(changes) : SyncReport.done(new SynchronizationResult(), null);
    }

    private void giveUp(Changes changes, Set<String> broken) {
        changes.items().forEach(change -> givenUp.remove(change.id()));
        if (givenUp.size() + broken.size() > MAX_GIVEN_UP) {
            givenUp.clear();
        }
        givenUp.addAll(broken);
    }

    private ChangeApplier apply(Changes changes) {
        ChangeApplier applier = new ChangeApplier(factory, runtime);
        applier.apply(changes.items());
        if (applier.hasBrokenLink()) {
            oweRepair();
        }
        return applier;
    }

    private void oweRepair() {
        inStore(store -> {
            store.oweRepair(System.currentTimeMillis());
            return null;
        });
    }

    /**
     * Stores how far the feed has been followed, unless a full sync must follow, because the federation itself has changed. That stores
     * its own cursor; should it fail, this answer comes again. For a row that could not be written a full sync is owed: the feed goes
     * on without it, and would never bring it again.
     *
     * @param isNews whether a row could not be written that could before
     * @return whether a full sync must follow
     */
    private boolean store(Changes changes, ChangeApplier applied, boolean isNews) {
        if (changes.items().stream().anyMatch(Change::isFederation)) {
            return true;
        }
        inStore(store -> {
            store.write(changes.cursor());
            if (!applied.broken().isEmpty()) {
                long now = System.currentTimeMillis();
                if (isNews) {
                    store.oweRepair(now);
                } else {
                    store.keepOwing(now);
                }
            }
            return null;
        });
        return false;
    }

    private SyncReport full() {
        return full(null);
    }

    private SyncReport fullAfter(Changes changes) {
        return full(federationChangedAt(changes));
    }

    private SyncReport full(Long causedAt) {
        return runAsked(new FullSync(factory, runtime, runtime.config().removalGuard(), causedAt));
    }

    /** For any reason but a repair: a row that could not be written may well be a new one of those that can't. */
    private SyncReport runAsked(FullSync sync) {
        SyncReport report = run(sync);
        if (report.isComplete() && sync.hasBroken()) {
            oweRepair();
        }
        return report;
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
