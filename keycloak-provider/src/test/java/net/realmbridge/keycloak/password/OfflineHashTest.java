package net.realmbridge.keycloak.password;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;

import net.realmbridge.keycloak.client.Outage;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.credential.PasswordCredentialModel;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class OfflineHashTest {
    private static final long NOW = 1_763_839_000_000L;
    private static final long DAY = Duration.ofDays(1).toMillis();

    private final OfflineHash hash = OfflineHash.of(PasswordCredentialModel.createFromValues("argon2", new byte[] {1, 2}, 5, "hashed"), "v7", NOW);

    @Test
    void what_is_written_is_read_again() {
        OfflineHash read = OfflineHash.read(hash.withGuesses(3).toRow());
        assertThat(read.version()).isEqualTo("v7");
        assertThat(read.guesses()).isEqualTo(3);
        assertThat(read.confirmedAt()).isEqualTo(NOW);
        assertThat(read.password().getPasswordSecretData().getValue()).isEqualTo("hashed");
        assertThat(read.password().getPasswordSecretData().getSalt()).containsExactly(1, 2);
        assertThat(read.password().getPasswordCredentialData().getAlgorithm()).isEqualTo("argon2");
        assertThat(read.password().getPasswordCredentialData().getHashIterations()).isEqualTo(5);
    }

    @Test
    void its_type_is_not_that_of_a_password_and_the_hash_is_not_in_what_administrators_see() {
        CredentialModel row = hash.toRow();
        assertThat(row.getType()).isNotEqualTo(PasswordCredentialModel.TYPE);
        assertThat(row.getCredentialData()).doesNotContain("hashed");
    }

    @Test
    void a_row_that_somebody_else_has_written_is_no_hash() {
        for (String data : new String[] {"", "{}", "[]", "nonsense", "{\"version\":\"1\"}", "{\"version\":1,\"hash\":{}}"}) {
            CredentialModel row = hash.toRow();
            row.setCredentialData(data);
            assertThat(OfflineHash.read(row)).as(data).isNull();
        }
        CredentialModel ageless = hash.toRow();
        ageless.setCreatedDate(null);
        assertThat(OfflineHash.read(ageless)).isNull();
    }

    @Test
    void a_login_makes_a_new_hash_once_a_day_after_a_change_and_after_guesses() {
        assertThat(hash.isCurrent("v7", NOW + DAY - 1)).isTrue();
        assertThat(hash.isCurrent("v7", NOW + DAY)).isFalse();
        assertThat(hash.isCurrent("v8", NOW)).isFalse();
        assertThat(hash.withGuesses(1).isCurrent("v7", NOW)).isFalse();
    }

    @Test
    void it_is_accepted_to_the_last_day_of_its_age_and_for_five_guesses() {
        assertThat(hash.isTooOld(Duration.ofDays(2), NOW + 2 * DAY)).isFalse();
        assertThat(hash.isTooOld(Duration.ofDays(2), NOW + 2 * DAY + 1)).isTrue();
        assertThat(hash.withGuesses(4).mayBeGuessed()).isTrue();
        assertThat(hash.withGuesses(5).mayBeGuessed()).isFalse();
    }

    @Test
    void it_stands_in_for_the_bridge_and_for_nothing_else() {
        Set<Outage> others = EnumSet.allOf(Outage.class);
        others.removeIf(OfflinePasswords::isOutOfReach);
        assertThat(others).containsExactlyInAnyOrder(Outage.DIRECTORY_DISABLED, Outage.BAD_REQUEST, Outage.CURSOR_EXPIRED, Outage.BUSY,
                Outage.INTERRUPTED);
    }
}
