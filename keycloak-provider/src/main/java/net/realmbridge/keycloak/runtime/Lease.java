package net.realmbridge.keycloak.runtime;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The promise that the imported copy is current: held while the feed has answered lately. Whoever holds it needn't ask the
 * bridge about a user.
 */
public final class Lease {
    private final LongSupplier nanoTime;
    private volatile long until;
    private volatile boolean granted;

    public Lease(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    public boolean isHeld() {
        return granted && until - nanoTime.getAsLong() > 0;
    }

    public void renew(Duration period) {
        until = nanoTime.getAsLong() + period.toNanos();
        granted = true;
    }

    public void drop() {
        granted = false;
    }
}
