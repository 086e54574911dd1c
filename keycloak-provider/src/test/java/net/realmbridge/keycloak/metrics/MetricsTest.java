package net.realmbridge.keycloak.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.FakeBridge;
import net.realmbridge.keycloak.client.Outage;
import net.realmbridge.keycloak.config.BridgeConfig;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.keycloak.component.ComponentModel;
import org.keycloak.storage.user.SynchronizationResult;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class MetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final AtomicBoolean held = new AtomicBoolean();
    private final AtomicLong answeredAt = new AtomicLong();

    private Metrics metrics(String federation) {
        return new MicrometerMetrics("c1", federation, new Metrics.Gauges(held::get, () -> true, answeredAt::get, () -> 60), registry);
    }

    @Test
    void gauges_follow_what_they_measure() {
        metrics("acme");
        assertThat(registry.get("realmbridge.lease").gauge().value()).isZero();
        assertThat(registry.get("realmbridge.feed.age.seconds").gauge().value()).isNaN();
        held.set(true);
        answeredAt.set(System.currentTimeMillis() - 60_000);
        assertThat(registry.get("realmbridge.lease").gauge().value()).isEqualTo(1);
        assertThat(registry.get("realmbridge.breaker.open").gauge().value()).isEqualTo(1);
        assertThat(registry.get("realmbridge.removals.held").gauge().value()).isEqualTo(60);
        assertThat(registry.get("realmbridge.feed.age.seconds").gauge().value()).isCloseTo(60, within(30.0));
    }

    @Test
    void calls_are_counted_by_what_came_of_them() {
        FakeBridge bridge = new FakeBridge();
        MeteredBridgeClient client = new MeteredBridgeClient(bridge, metrics("acme"));
        client.userById("a");
        client.within(Duration.ofSeconds(1)).userById("b");
        bridge.answer = () -> Answer.unavailable(Outage.TIMEOUT, "no answer");
        client.userByEmail("c");
        assertThat(registry.get("realmbridge.requests").tags("call", "user", "outcome", "absent", "federation", "acme").timer().count()).isEqualTo(2);
        assertThat(registry.get("realmbridge.requests").tags("call", "lookup", "outcome", "timeout").timer().count()).isEqualTo(1);
    }

    @Test
    void leavers_imports_and_offline_logins_are_counted() {
        Metrics metrics = metrics("acme");
        metrics.leaver(Metrics.Leaver.DEACTIVATED, Duration.ofMillis(700));
        metrics.leaver(Metrics.Leaver.DEACTIVATED, Duration.ofMillis(-5));
        metrics.offlineLogin();
        SynchronizationResult result = new SynchronizationResult();
        result.increaseAdded();
        metrics.synced(result);
        assertThat(registry.get("realmbridge.sessions.ended").tag("cause", "deactivated").timer().count()).isEqualTo(2);
        assertThat(registry.get("realmbridge.offline.logins").counter().count()).isEqualTo(1);
        assertThat(registry.get("realmbridge.users").tag("result", "added").counter().count()).isEqualTo(1);
        assertThat(registry.get("realmbridge.users").tag("result", "removed").counter().count()).isZero();
    }

    @Test
    void a_component_that_is_gone_leaves_nothing_behind_and_touches_no_other() {
        Metrics gone = metrics("acme");
        gone.called("user", "found", Duration.ofMillis(1));
        Metrics other = metrics("other");
        other.called("user", "found", Duration.ofMillis(1));
        gone.close();
        gone.called("export", "interrupted", Duration.ofMillis(1));
        assertThat(registry.getMeters()).isNotEmpty().extracting(Meter::getId).extracting(id -> id.getTag("federation")).containsOnly("other");
    }

    /** Loads the provider's classes anew, as if Micrometer weren't there. */
    private static final class WithoutMicrometer extends URLClassLoader {
        WithoutMicrometer() {
            super(Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator)).map(WithoutMicrometer::url)
                    .toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        }

        private static URL url(String path) {
            try {
                return new java.io.File(path).toURI().toURL();
            } catch (IOException e) {
                throw new IllegalArgumentException(e);
            }
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith("io.micrometer.")) {
                throw new ClassNotFoundException(name);
            }
            return super.findClass(name);
        }
    }

    @Test
    void without_micrometer_nothing_is_measured_and_everything_works() throws Exception {
        try (URLClassLoader loader = new WithoutMicrometer()) {
            Class<?> config = loader.loadClass(BridgeConfig.class.getName());
            Class<?> gauges = loader.loadClass(Metrics.Gauges.class.getName());
            Class<?> metrics = loader.loadClass(Metrics.class.getName());
            Object component = loader.loadClass(ComponentModel.class.getName()).getConstructor().newInstance();
            Object some = config.getMethod("of", component.getClass()).invoke(null, component);
            Object made = metrics.getMethod("of", config, gauges).invoke(null, some, null);
            assertThat(made.getClass().getSimpleName()).isEqualTo("NoMetrics");
            metrics.getMethod("offlineLogin").invoke(made);
            metrics.getMethod("close").invoke(made);
        }
    }
}
