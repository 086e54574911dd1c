package net.realmbridge.keycloak.feed;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.Changes;
import net.realmbridge.keycloak.client.Outage;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import org.jboss.logging.Logger;

/**
 * Follows the bridge's feed with a long poll, on a thread of its own, one per component and node. Each answer renews the lease
 * that spares Keycloak's requests the question whether a user is current.
 */
public final class FeedTail implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(FeedTail.class);
    private static final int WAIT_SECONDS = 10;
    /** A poll's time and some more; after that without an answer, the copy may be out of date. */
    private static final Duration LEASE = Duration.ofSeconds(WAIT_SECONDS + 6);
    private static final long MIN_PAUSE_MILLIS = 250;
    private static final long MAX_PAUSE_MILLIS = 5_000;
    private static final long BUSY_PAUSE_MILLIS = 200;

    private final BridgeRuntime runtime;
    private final FeedJob job;
    private final BooleanSupplier stillWanted;
    private final Thread thread;
    private volatile boolean stopped;
    private boolean waiting;
    private boolean connected;
    private boolean prompt;
    /** How far this node has followed a federation that isn't imported; the stored cursor says how far all of them have come. */
    private String place;
    private int failures;

    /** @param stillWanted asked before each poll whether the component still is as this tail knows it */
    public FeedTail(BridgeRuntime runtime, FeedJob job, BooleanSupplier stillWanted) {
        this.runtime = runtime;
        this.job = job;
        this.stillWanted = stillWanted;
        this.thread = new Thread(this::run, "realmbridge-feed-" + runtime.config().name());
        thread.setDaemon(true);
        thread.setContextClassLoader(FeedTail.class.getClassLoader());
    }

    public void start() {
        thread.start();
    }

    public boolean isStopped() {
        return stopped;
    }

    private void run() {
        try {
            while (!stopped && stillWanted.getAsBoolean()) {
                Failure failure = attempt();
                if (failure != null) {
                    failed(failure);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("Feed stopped");
        } finally {
            stopped = true;
            runtime.lease().drop();
        }
    }

    /** @param unwritten whether the bridge did answer, and Keycloak's database failed */
    private record Failure(String error, Duration retryAfter, boolean unwritten) {
        Failure(String error, Duration retryAfter) {
            this(error, retryAfter, false);
        }
    }

    /** @return what went wrong, or {@code null} */
    private Failure attempt() throws InterruptedException {
        try {
            return step();
        } catch (RuntimeException e) {
            // Keycloak's own database, most likely. The cursor stays where it is, so nothing is lost.
            LOG.debug("Feed step failed", e);
            return new Failure("a change could not be applied: " + e, Duration.ZERO, true);
        }
    }

    private Failure step() throws InterruptedException {
        CursorStore.Place reached = job.place();
        String stored = reached.cursor();
        if (stored == null || (connected && job.bindingsMoved())) {
            prompt = true;
            return finish(job.fullSync(), true);
        }
        if (connected && reached.debt() != null && reached.debt().isDue(System.currentTimeMillis())) {
            // While another node is at work, or somebody has asked for a sync, the feed goes on.
            Optional<SyncReport> repaired = job.repair();
            if (repaired.isPresent()) {
                prompt = true;
                return finish(repaired, true);
            }
        }
        String from = place == null ? stored : place;
        Answer<Changes> answer = poll(from);
        if (answer instanceof Answer.Found<Changes> found) {
            return take(from, found.value());
        }
        if (answer instanceof Answer.Unavailable<Changes> unavailable) {
            if (unavailable.outage() == Outage.INTERRUPTED && !stopped) {
                // Woken: the next poll asks whether the bridge is there.
                connected = false;
                return null;
            }
            return unavailable.outage() == Outage.CURSOR_EXPIRED
                    ? startOver(from.equals(stored))
                    : new Failure(unavailable.detail(), unavailable.retryAfter());
        }
        return new Failure("the bridge has no feed", Duration.ZERO);
    }

    private Failure take(String from, Changes changes) throws InterruptedException {
        if (changes.items().isEmpty() && changes.cursor().equals(from)) {
            return finish(Optional.of(SyncReport.nothing()), !changes.more());
        }
        if (!runtime.config().importEnabled()) {
            // What is remembered of users is this node's own, whichever node applies the change.
            job.forget(changes);
        }
        Optional<SyncReport> report = job.apply(from, changes);
        if (!runtime.config().importEnabled() && report.isPresent() && report.get().isComplete()) {
            place = changes.cursor();
        }
        return finish(report, !changes.more());
    }

    private Failure startOver(boolean nobodyIsFurther) throws InterruptedException {
        place = null;
        runtime.snapshots().expire();
        return nobodyIsFurther ? finish(job.fullSync(), true) : null;
    }

    private Answer<Changes> poll(String cursor) throws InterruptedException {
        beginWait();
        // After an outage the first question is whether the bridge is there at all, so it doesn't wait for news.
        int wait = connected ? WAIT_SECONDS : 0;
        long start = System.nanoTime();
        try {
            return runtime.client().changes(cursor, wait);
        } finally {
            prompt = System.nanoTime() - start < runtime.config().requestTimeout().plusSeconds(wait).toNanos();
            endWait();
        }
    }

    private Failure finish(Optional<SyncReport> report, boolean current) throws InterruptedException {
        if (report.isEmpty()) {
            pause(BUSY_PAUSE_MILLIS);
            return null;
        }
        if (!report.get().isComplete()) {
            return new Failure(report.get().problem(), report.get().retryAfter(), report.get().isUnwritten());
        }
        connected = true;
        failures = 0;
        if (current && !stopped) {
            runtime.feedAnswered(LEASE, prompt);
        }
        return null;
    }

    private void failed(Failure failure) throws InterruptedException {
        if (stopped) {
            return;
        }
        connected = false;
        if (failure.unwritten()) {
            runtime.feedUnwritten(failure.error());
        } else {
            runtime.feedFailed(failure.error());
        }
        long pause = Math.min(MAX_PAUSE_MILLIS, MIN_PAUSE_MILLIS << Math.min(failures++, 10));
        // Jitter, so that many nodes don't come back to the bridge in step.
        pause(failure.retryAfter().toMillis() + pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1));
    }

    private void pause(long millis) throws InterruptedException {
        beginWait();
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            if (stopped) {
                throw e;
            }
        } finally {
            endWait();
        }
    }

    /** The thread is interrupted only while it waits: an interrupt during database work can close an embedded database's file. */
    private synchronized void beginWait() throws InterruptedException {
        if (stopped) {
            throw new InterruptedException();
        }
        waiting = true;
    }

    /**
     * Ends a wait at once, because an interactive call has learnt that the bridge is gone or back: a poll that hangs since the
     * outage, or a long pause, would find out much later.
     */
    public synchronized void wake() {
        if (waiting && !stopped) {
            thread.interrupt();
        }
    }

    private synchronized void endWait() {
        waiting = false;
        Thread.interrupted();
    }

    @Override
    public synchronized void close() {
        stopped = true;
        if (waiting) {
            thread.interrupt();
        }
    }
}
