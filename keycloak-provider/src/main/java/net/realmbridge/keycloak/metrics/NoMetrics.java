package net.realmbridge.keycloak.metrics;

import java.time.Duration;

import org.keycloak.storage.user.SynchronizationResult;

/** Measures nothing. */
final class NoMetrics implements Metrics {
    @Override
    public void called(String call, String outcome, Duration took) {
        // Nobody asks.
    }

    @Override
    public void applied(Duration lag) {
        // Nobody asks.
    }

    @Override
    public void leaver(Leaver why, Duration latency) {
        // Nobody asks.
    }

    @Override
    public void synced(SynchronizationResult result) {
        // Nobody asks.
    }

    @Override
    public void offlineLogin() {
        // Nobody asks.
    }

    @Override
    public void close() {
        // Nothing is open.
    }
}
