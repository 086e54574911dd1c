package net.realmbridge.keycloak.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class HealthTest {
    private final List<String> lines = new ArrayList<>();
    private final Health health = new Health("component x", line -> lines.add("WARN " + line), line -> lines.add("INFO " + line));

    @Test
    void an_outage_is_logged_once_when_it_begins_and_once_when_it_ends() {
        for (int i = 0; i < 100; i++) {
            health.calls("no answer");
            health.feed("no answer");
        }
        health.calls(null);
        assertThat(health.isDown()).isTrue();
        health.feed(null);
        health.feed(null);

        assertThat(health.isDown()).isFalse();
        assertThat(lines).hasSize(2);
        assertThat(lines.get(0)).startsWith("WARN").contains("component x", "no answer");
        assertThat(lines.get(1)).startsWith("INFO");
    }

    @Test
    void what_keycloak_can_not_write_is_told_as_that_and_is_no_outage_of_the_bridge() {
        for (int i = 0; i < 100; i++) {
            health.unwritten("the disk is full");
        }
        assertThat(health.isDown()).isFalse();
        assertThat(health.isImpaired()).isTrue();
        assertThat(health.lastError()).isEqualTo("the disk is full");
        health.calls(null);
        assertThat(health.isImpaired()).as("a call says nothing of what is written").isTrue();
        health.feed(null);
        health.feed(null);

        assertThat(health.isImpaired()).isFalse();
        assertThat(lines).hasSize(2).noneMatch(line -> line.contains("unavailable"));
        assertThat(lines.get(0)).startsWith("WARN").contains("component x", "the disk is full");
        assertThat(lines.get(1)).startsWith("INFO");
    }

    @Test
    void an_outage_is_told_too_while_something_can_not_be_written() {
        health.unwritten("the disk is full");
        health.feed("no answer");
        assertThat(health.isDown()).isTrue();
        health.feed(null);
        assertThat(health.isImpaired()).isFalse();
        assertThat(lines).hasSize(4);
    }

    @Test
    void a_lease_ends_by_itself_and_can_be_dropped() {
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
        Lease lease = new Lease(now::get);
        assertThat(lease.isHeld()).isFalse();
        lease.renew(Duration.ofSeconds(30));
        assertThat(lease.isHeld()).as("also when the clock's number runs over").isTrue();
        now.addAndGet(Duration.ofSeconds(31).toNanos());
        assertThat(lease.isHeld()).isFalse();
        lease.renew(Duration.ofSeconds(30));
        lease.drop();
        assertThat(lease.isHeld()).isFalse();
    }

    @Test
    void freshness_ends_by_itself() {
        AtomicLong now = new AtomicLong();
        Freshness freshness = new Freshness(1000, now::get);
        assertThat(freshness.isFresh("a")).isFalse();
        freshness.mark("a");
        assertThat(freshness.isFresh("a")).isTrue();
        now.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(freshness.isFresh("a")).isFalse();
    }
}
