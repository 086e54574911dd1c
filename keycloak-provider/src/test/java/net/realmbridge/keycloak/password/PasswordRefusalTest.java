package net.realmbridge.keycloak.password;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;

import net.realmbridge.keycloak.client.PasswordCheck;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordRefusalTest {
    private static PasswordRefusal of(String result, String reason) {
        return PasswordRefusal.of(new PasswordCheck(result, "7", true, reason, null, null));
    }

    @ParameterizedTest
    @ValueSource(strings = {"password_expired", "password_must_change", "account_disabled", "account_expired", "logon_denied"})
    void whatHelpsThePersonIsTold(String reason) throws IOException {
        Properties messages = new Properties();
        try (Reader file = new InputStreamReader(
                getClass().getResourceAsStream("/theme-resources/messages/messages_en.properties"), StandardCharsets.UTF_8)) {
            messages.load(file);
        }
        PasswordRefusal refusal = of(PasswordCheck.INVALID, reason);
        assertThat(refusal.reason()).isEqualTo(reason);
        assertThat(refusal.message()).isNotBlank();
        assertThat(messages).containsKey(refusal.messageKey());
        assertThat(messages.getProperty(refusal.messageKey()).replace('’', '\'')).isEqualTo(refusal.message());
    }

    @ParameterizedTest
    @ValueSource(strings = {"account_locked", "something_new", ""})
    void whatHelpsAGuesserOrIsNotKnownIsAWrongPassword(String reason) {
        assertThat(of(PasswordCheck.INVALID, reason)).isNull();
    }

    @Test
    void aReasonMeansNothingToOtherResults() {
        assertThat(of(PasswordCheck.INVALID, null)).isNull();
        assertThat(of(PasswordCheck.VALID, "password_expired")).isNull();
        assertThat(PasswordRefusal.of(PasswordCheck.NOBODY)).isNull();
    }
}
