package net.realmbridge.keycloak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.FakeBridge;
import net.realmbridge.keycloak.client.Outage;
import net.realmbridge.keycloak.config.BridgeConfig;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.StorageUnavailableException;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ImportedUsersTest {
    private final FakeBridge bridge = new FakeBridge();
    private final BridgeRuntime runtime = new BridgeRuntime(BridgeConfig.of(new ComponentModel()), bridge);

    private UserModel lookup(String username) {
        return new ImportedUsers(null, runtime, runtime.session())
                .lookup(null, session -> session.userByUsername(username), "username:" + username);
    }

    @Test
    void an_absent_name_is_not_asked_for_again_at_once() {
        assertThat(lookup("anna")).isNull();
        assertThat(lookup("anna")).isNull();
        assertThat(bridge.calls).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(value = Outage.class, names = "INTERRUPTED", mode = EnumSource.Mode.EXCLUDE)
    void an_outage_lets_the_next_provider_be_asked_and_is_not_remembered_as_absence(Outage outage) {
        bridge.answer = () -> Answer.unavailable(outage, "no answer");
        assertThat(lookup("anna")).isNull();
        assertThat(runtime.absent().isFresh("username:anna")).isFalse();
    }

    @Test
    void an_interrupt_of_keycloaks_is_told_as_an_unavailable_storage() {
        bridge.answer = () -> Answer.unavailable(Outage.INTERRUPTED, "interrupted while waiting for the bridge");
        assertThatThrownBy(() -> lookup("anna")).isInstanceOf(StorageUnavailableException.class);
    }
}
