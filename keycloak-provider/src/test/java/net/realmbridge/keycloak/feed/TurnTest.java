package net.realmbridge.keycloak.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
@Timeout(60)
class TurnTest {
    private static final Duration LIFE = Duration.ofSeconds(600);

    /** Locks that run out when a test says so. */
    private static final class FakeLocks implements Turn.Locks {
        final Set<String> held = ConcurrentHashMap.newKeySet();

        @Override
        public boolean whileHeld(String key, int seconds, Runnable work) {
            if (!held.add(key)) {
                return false;
            }
            try {
                work.run();
                return true;
            } finally {
                held.remove(key);
            }
        }
    }

    private final FakeLocks locks = new FakeLocks();
    private final Turn brief = new Turn(locks, "k", LIFE);

    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            try {
                Thread.sleep(5);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void one_is_at_work_and_the_others_are_turned_away() {
        Optional<String> outcome = brief.take(() -> {
            assertThat(new Turn(locks, "k", LIFE).take(() -> "second")).isEqualTo(Optional.empty());
            assertThat(new Turn(locks, "other", LIFE).take(() -> "elsewhere")).isEqualTo(Optional.of("elsewhere"));
            return "first";
        });
        assertThat(outcome).isEqualTo(Optional.of("first"));
        assertThat(locks.held).isEmpty();
    }

    @Test
    void what_fails_gives_its_turn_back() {
        assertThatThrownBy(() -> brief.take(() -> {
            throw new IllegalStateException("no database");
        })).hasMessage("no database");
        assertThat(brief.take(() -> "next")).isEqualTo(Optional.of("next"));
    }

    @Test
    void work_that_outlasts_its_lock_keeps_the_others_out() throws Exception {
        CountDownLatch finish = new CountDownLatch(1);
        Turn longTurn = new Turn(locks, "k", LIFE, Duration.ofMillis(30), Duration.ofMillis(60));
        CompletableFuture<Optional<String>> working = CompletableFuture.supplyAsync(() -> longTurn.take(() -> {
            try {
                finish.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return "done";
        }));
        until(() -> locks.held.contains("k::2"));
        locks.held.remove("k");
        assertThat(brief.take(() -> "intruder")).isEqualTo(Optional.empty());
        until(() -> locks.held.contains("k::3"));
        locks.held.remove("k::2");
        assertThat(brief.take(() -> "intruder")).isEqualTo(Optional.empty());

        finish.countDown();
        assertThat(working.get(30, TimeUnit.SECONDS)).isEqualTo(Optional.of("done"));
        until(locks.held::isEmpty);
        assertThat(brief.take(() -> "next")).isEqualTo(Optional.of("next"));
    }
}
