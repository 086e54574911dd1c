package net.realmbridge.keycloak.metrics;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import net.realmbridge.keycloak.config.BridgeConfig;
import org.jboss.logging.Logger;
import org.keycloak.storage.user.SynchronizationResult;

/**
 * What is measured about a component. This type knows nothing of Micrometer, which Keycloak brings along: where it is missing or
 * switched off, nothing is measured and all else works.
 */
public interface Metrics extends AutoCloseable {

    /** What is read when the metrics are collected. Times are milliseconds since 1970, or 0 for never. */
    record Gauges(BooleanSupplier leaseHeld, BooleanSupplier breakerOpen, LongSupplier lastAnswerAt, LongSupplier removalsHeld) {
    }

    /** Why a user was put out. */
    enum Leaver {
        DEACTIVATED, REMOVED, PASSWORD_CHANGED
    }

    /** A call of the bridge, or one that was not made because it would have been in vain. */
    void called(String call, String outcome, Duration took);

    /** A change of the feed was applied, this long after it was made. */
    void applied(Duration lag);

    /** A user's sessions were ended, this long after the identity provider's change. */
    void leaver(Leaver why, Duration latency);

    void synced(SynchronizationResult result);

    void offlineLogin();

    @Override
    void close();

    static Metrics of(BridgeConfig config, Gauges gauges) {
        try {
            return MicrometerMetrics.inKeycloak(config.componentId(), config.federation(), gauges);
        } catch (LinkageError | RuntimeException e) {
            Logger.getLogger(Metrics.class).debugf(e, "%s: nothing is measured, since Micrometer can't be used", config.name());
            return new NoMetrics();
        }
    }
}
