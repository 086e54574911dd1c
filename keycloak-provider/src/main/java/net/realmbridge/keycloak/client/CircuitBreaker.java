package net.realmbridge.keycloak.client;

import java.util.function.LongSupplier;

/**
 * Stops calling after a few consecutive faults, so that a hanging bridge costs one waiting thread every few seconds instead of
 * every request. While open, one call at a time is let through to find out whether the bridge is back.
 */
public final class CircuitBreaker {
    private final int threshold;
    private final long openNanos;
    private final LongSupplier nanoTime;
    private int faults;
    private boolean open;
    private long nextProbe;

    public CircuitBreaker(int threshold, long openMillis, LongSupplier nanoTime) {
        this.threshold = threshold;
        this.openNanos = openMillis * 1_000_000;
        this.nanoTime = nanoTime;
    }

    public synchronized boolean allows() {
        if (!open) {
            return true;
        }
        long now = nanoTime.getAsLong();
        if (now - nextProbe < 0) {
            return false;
        }
        // The slot moves on before the probe ends, so that a probe that never reports can't lock the breaker.
        nextProbe = now + openNanos;
        return true;
    }

    public synchronized void succeeded() {
        faults = 0;
        open = false;
    }

    public synchronized void failed() {
        faults++;
        if (open || faults >= threshold) {
            open = true;
            nextProbe = nanoTime.getAsLong() + openNanos;
        }
    }

    public synchronized boolean isOpen() {
        return open;
    }
}
