package net.realmbridge.keycloak.feed;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import org.jboss.logging.Logger;

/**
 * Work that one node of a cluster does at a time, however long it takes. A lock of the cluster ends by itself, so that a node which
 * died can't keep it for ever, and it can't be extended. So there are three: whoever wants its turn takes the first and needs the
 * other two to be free; whoever is at work when the first is running out holds the second and the third by turns, such that one of
 * them is always held. Nobody ever gives back a lock that has run out under him and may be somebody else's by now.
 */
final class Turn {
    private static final Logger LOG = Logger.getLogger(Turn.class);
    private static final long RETRY_MILLIS = 20;

    /** The cluster's locks. */
    @FunctionalInterface
    interface Locks {
        /** @return whether the lock was free, and so the work was done */
        boolean whileHeld(String key, int seconds, Runnable work);
    }

    private final Locks locks;
    private final String key;
    private final int seconds;
    private final Duration untilSecond;
    private final Duration untilThird;

    Turn(Locks locks, String key, Duration life) {
        this(locks, key, life, life.dividedBy(2), life);
    }

    Turn(Locks locks, String key, Duration life, Duration untilSecond, Duration untilThird) {
        this.locks = locks;
        this.key = key;
        this.seconds = (int) life.toSeconds();
        this.untilSecond = untilSecond;
        this.untilThird = untilThird;
    }

    /** @return empty if somebody else is at work */
    <T> Optional<T> take(Supplier<T> work) {
        AtomicReference<T> result = new AtomicReference<>();
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch end = new CountDownLatch(1);
        try {
            locks.whileHeld(key, seconds, () -> {
                if (isFree(second()) && isFree(third())) {
                    CompletableFuture<Void> soon = hold(second(), untilSecond, end);
                    CompletableFuture<Void> later = hold(third(), untilThird, end);
                    try {
                        result.set(work.get());
                        done.set(true);
                    } finally {
                        soon.cancel(false);
                        later.cancel(false);
                    }
                }
            });
        } finally {
            // Only now: as long as the second or third is held, the first is of no use to anybody who has got hold of it.
            end.countDown();
        }
        return done.get() ? Optional.ofNullable(result.get()) : Optional.empty();
    }

    private String second() {
        return key + "::2";
    }

    private String third() {
        return key + "::3";
    }

    private boolean isFree(String lock) {
        return locks.whileHeld(lock, seconds, () -> { });
    }

    /** Most work is over before the delay is; then there never is a thread. */
    private CompletableFuture<Void> hold(String lock, Duration delay, CountDownLatch end) {
        CompletableFuture<Void> due = new CompletableFuture<Void>().completeOnTimeout(null, delay.toMillis(), TimeUnit.MILLISECONDS);
        due.thenRun(() -> {
            Thread thread = new Thread(() -> holdOnAndOff(lock, end), "realmbridge-turn");
            thread.setDaemon(true);
            thread.setContextClassLoader(Turn.class.getClassLoader());
            thread.start();
        });
        return due;
    }

    private void holdOnAndOff(String lock, CountDownLatch end) {
        long held = seconds * 750L;
        long rest = seconds * 250L;
        try {
            while (end.getCount() > 0) {
                boolean had = locks.whileHeld(lock, seconds, () -> await(end, held));
                await(end, had ? rest : RETRY_MILLIS);
            }
        } catch (RuntimeException e) {
            // The cluster's cache is gone, or this node is stopping; then the turn ends as the lock does.
            LOG.debugf(e, "Lock %s could not be renewed", lock);
        }
    }

    private static void await(CountDownLatch end, long millis) {
        try {
            end.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
