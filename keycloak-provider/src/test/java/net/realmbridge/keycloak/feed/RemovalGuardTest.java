package net.realmbridge.keycloak.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.Outage;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.keycloak.storage.user.SynchronizationResult;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class RemovalGuardTest {
    @ParameterizedTest
    @CsvSource({"0,0,false", "50,50,false", "51,51,true", "51,510,false", "52,510,true", "1000,100000,false", "10001,100000,true"})
    void a_removal_is_held_above_both_limits(int removed, int known, boolean held) {
        assertThat(RemovalGuard.holds(removed, known)).isEqualTo(held);
    }

    @Test
    void a_sync_that_could_not_read_reports_a_failure_and_says_why() {
        SyncReport report = SyncReport.unavailable(new SynchronizationResult(),
                new Answer.Unavailable<>(Outage.TIMEOUT, "no answer", Duration.ZERO));
        assertThat(report.getFailed()).isEqualTo(1);
        assertThat(report.isIgnored()).as("Keycloak writes no time of a last sync").isTrue();
        assertThat(report.getStatus()).contains("could not be read", "no answer");
    }

    @Test
    void a_sync_whose_removals_are_held_says_so() {
        assertThat(SyncReport.done(new SynchronizationResult(), "held").getStatus()).endsWith("held");
    }
}
