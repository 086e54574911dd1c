package net.realmbridge.keycloak.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RepairDebtTest {
    private static final long NOW = 1_800_000_000_000L;

    @Test
    void the_first_full_sync_is_due_soon_and_not_at_once() {
        RepairDebt debt = RepairDebt.first(NOW);
        assertThat(debt.isDue(NOW)).isFalse();
        assertThat(debt.isDue(NOW + TimeUnit.SECONDS.toMillis(30))).isTrue();
    }

    @Test
    void each_further_one_comes_later_up_to_a_quarter_of_a_day() {
        RepairDebt debt = RepairDebt.first(NOW);
        long before = debt.delay();
        for (int n = 0; n < 30; n++) {
            debt = debt.next(NOW);
            assertThat(debt.delay()).isGreaterThanOrEqualTo(before);
            assertThat(debt.isDue(NOW + before - 1)).isFalse();
            before = debt.delay();
        }
        assertThat(debt.isDue(NOW + TimeUnit.HOURS.toMillis(6))).isTrue();
    }

    @Test
    void a_row_that_joins_does_not_wait_because_of_one_that_can_never_be_written() {
        RepairDebt old = RepairDebt.first(NOW).next(NOW).next(NOW).next(NOW);
        assertThat(old.isDue(NOW + TimeUnit.SECONDS.toMillis(30))).isFalse();
        assertThat(old.joined(NOW).isDue(NOW + TimeUnit.SECONDS.toMillis(30))).isTrue();
    }

    @Test
    void rows_that_join_one_after_another_do_not_put_it_off() {
        RepairDebt debt = RepairDebt.first(NOW);
        assertThat(debt.joined(NOW + 29_000).joined(NOW + 29_500).isDue(NOW + TimeUnit.SECONDS.toMillis(30))).isTrue();
    }

    @Test
    void it_is_read_as_it_was_written() {
        RepairDebt debt = RepairDebt.first(NOW).next(NOW);
        assertThat(RepairDebt.parse(debt.text())).isEqualTo(debt);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "soon", "12", "12 x", "x 12"})
    void what_can_not_be_read_is_due_at_once(String text) {
        assertThat(RepairDebt.parse(text).isDue(NOW)).isTrue();
    }

    @Test
    void a_clock_that_was_ahead_does_not_put_it_off() {
        assertThat(RepairDebt.first(NOW + TimeUnit.DAYS.toMillis(400)).isDue(NOW)).isTrue();
    }
}
