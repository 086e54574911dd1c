package net.realmbridge.keycloak.metrics;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.keycloak.storage.user.SynchronizationResult;

/**
 * Measures with Micrometer. Labels are the component and its federation, and besides them only words from short lists: a user,
 * a realm's name or an error text would each make a new series.
 */
final class MicrometerMetrics implements Metrics {
    /** Around the promise of a second, and up to what is an outage rather than a delay. */
    private static final Duration[] LATENCIES = {Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(250), Duration.ofMillis(500),
            Duration.ofSeconds(1), Duration.ofMillis(2_500), Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMinutes(5),
            Duration.ofHours(1)};

    private final MeterRegistry registry;
    private final Tags tags;
    private final Map<Meter.Id, Meter> meters = new ConcurrentHashMap<>();
    private volatile boolean closed;

    MicrometerMetrics(String component, String federation, Gauges gauges, MeterRegistry registry) {
        this.registry = registry;
        this.tags = Tags.of("component", component, "federation", federation);
        gauge("realmbridge.lease", "1 while the change feed is connected and imported users are known to be current", gauges,
                state -> state.leaseHeld().getAsBoolean() ? 1 : 0);
        gauge("realmbridge.breaker.open", "1 while calls are not made because the last ones failed", gauges,
                state -> state.breakerOpen().getAsBoolean() ? 1 : 0);
        gauge("realmbridge.feed.age.seconds", "Seconds since the feed's last answer; up to ten are normal", gauges, MicrometerMetrics::age);
        gauge("realmbridge.removals.held", "Users whose removal waits for an administrator", gauges, state -> state.removalsHeld().getAsLong());
        // From the start, so that a rate is there before the first of its kind.
        for (String result : new String[] {"added", "updated", "removed", "failed"}) {
            users(result);
        }
        for (Leaver why : Leaver.values()) {
            leavers(why);
        }
        offlineLogins();
        lag();
    }

    /** Where Keycloak's own metrics are. While those are off, what is registered here goes nowhere. */
    static MicrometerMetrics inKeycloak(String component, String federation, Gauges gauges) {
        return new MicrometerMetrics(component, federation, gauges, io.micrometer.core.instrument.Metrics.globalRegistry);
    }

    private static double age(Gauges state) {
        long at = state.lastAnswerAt().getAsLong();
        return at == 0 ? Double.NaN : (System.currentTimeMillis() - at) / 1000.0;
    }

    private void gauge(String name, String description, Gauges gauges, ToDoubleFunction<Gauges> value) {
        own(Gauge.builder(name, gauges, value).description(description).tags(tags).strongReference(true).register(registry));
    }

    @Override
    public void called(String call, String outcome, Duration took) {
        own(Timer.builder("realmbridge.requests").description("Calls of the bridge; suspended and busy ones were not sent")
                .tags(tags.and("call", call, "outcome", outcome)).register(registry)).record(took);
    }

    @Override
    public void applied(Duration lag) {
        lag().record(positive(lag));
    }

    private Timer lag() {
        return own(Timer.builder("realmbridge.feed.lag").description("From a change at the bridge to its being applied in Keycloak")
                .tags(tags).serviceLevelObjectives(LATENCIES).register(registry));
    }

    @Override
    public void leaver(Leaver why, Duration latency) {
        leavers(why).record(positive(latency));
    }

    private Timer leavers(Leaver why) {
        return own(Timer.builder("realmbridge.sessions.ended").description("From the identity provider's change to the end of the user's sessions")
                .tags(tags.and("cause", why.name().toLowerCase(Locale.ROOT))).serviceLevelObjectives(LATENCIES).register(registry));
    }

    @Override
    public void synced(SynchronizationResult result) {
        users("added").increment(result.getAdded());
        users("updated").increment(result.getUpdated());
        users("removed").increment(result.getRemoved());
        users("failed").increment(result.getFailed());
    }

    private Counter users(String result) {
        return own(Counter.builder("realmbridge.users").description("Users that the feed and the syncs have written")
                .tags(tags.and("result", result)).register(registry));
    }

    @Override
    public void offlineLogin() {
        offlineLogins().increment();
    }

    private Counter offlineLogins() {
        return own(Counter.builder("realmbridge.offline.logins").description("Logins with an offline password").tags(tags).register(registry));
    }

    /** The bridge's clock may be a little ahead. */
    private static Duration positive(Duration duration) {
        return duration.isNegative() ? Duration.ZERO : duration;
    }

    private <M extends Meter> M own(M meter) {
        if (meters.putIfAbsent(meter.getId(), meter) == null && closed) {
            // A call that was under way when the component went.
            registry.remove(meter);
        }
        return meter;
    }

    /** A component that is gone, or configured anew, leaves no series behind. */
    @Override
    public void close() {
        closed = true;
        meters.values().forEach(registry::remove);
    }
}
