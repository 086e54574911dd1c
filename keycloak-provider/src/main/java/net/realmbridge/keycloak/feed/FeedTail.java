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
    private static final int WAIT_SECONDS = 20;
    /** A poll's time and some more; after that without an answer, the copy may be out of date. */
    private static final Duration LEASE = Duration.ofSeconds(WAIT_SECONDS + 10);
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
                String error = attempt();
                if (error != null) {
                    failed(error);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("Feed stopped");
        } finally {
            stopped = true;
            runtime.lease().drop();
        }
    }

    /** @return what went wrong, or {@code null} */
    private String attempt() throws InterruptedException {
        try {
            return step();
        } catch (RuntimeException e) {
            // Keycloak's own database, most likely. The cursor stays where it is, so nothing is lost.
            LOG.debug("Feed step failed", e);
            return "a change could not be applied: " + e;
        }
    }

    private String step() throws InterruptedException {
        String cursor = job.cursor();
        if (cursor == null) {
            return finish(job.fullSync(), true);
        }
        Answer<Changes> answer = poll(cursor);
        if (answer instanceof Answer.Found<Changes> found) {
            Changes changes = found.value();
            boolean news = !changes.items().isEmpty() || !changes.cursor().equals(cursor);
            return finish(news ? job.apply(cursor, changes) : Optional.of(SyncReport.nothing()), !changes.more());
        }
        if (answer instanceof Answer.Unavailable<Changes> unavailable) {
            return unavailable.outage() == Outage.CURSOR_EXPIRED ? finish(job.fullSync(), true) : unavailable.detail();
        }
        return "the bridge has no feed";
    }

    private Answer<Changes> poll(String cursor) throws InterruptedException {
        beginWait();
        try {
            // After an outage the first question is whether the bridge is there at all, so it doesn't wait for news.
            return runtime.client().changes(cursor, connected ? WAIT_SECONDS : 0);
        } finally {
            endWait();
        }
    }

    private String finish(Optional<SyncReport> report, boolean current) throws InterruptedException {
        if (report.isEmpty()) {
            pause(BUSY_PAUSE_MILLIS);
            return null;
        }
        if (!report.get().isComplete()) {
            return report.get().problem();
        }
        connected = true;
        failures = 0;
        if (current && !stopped) {
            runtime.feedAnswered(LEASE);
        }
        return null;
    }

    private void failed(String error) throws InterruptedException {
        if (stopped) {
            return;
        }
        connected = false;
        runtime.feedFailed(error);
        long pause = Math.min(MAX_PAUSE_MILLIS, MIN_PAUSE_MILLIS << Math.min(failures++, 10));
        // Jitter, so that many nodes don't come back to the bridge in step.
        pause(pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1));
    }

    private void pause(long millis) throws InterruptedException {
        beginWait();
        try {
            Thread.sleep(millis);
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
