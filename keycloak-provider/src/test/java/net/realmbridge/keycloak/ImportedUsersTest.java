package net.realmbridge.keycloak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;

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
import org.keycloak.common.util.MultivaluedHashMap;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.storage.StorageUnavailableException;
import org.keycloak.storage.federated.UserFederatedStorageProvider;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ImportedUsersTest {
    private final FakeBridge bridge = new FakeBridge();
    private final BridgeRuntime runtime = new BridgeRuntime(BridgeConfig.of(new ComponentModel()), bridge);

    /** Without attributes, and with a storage that is empty. */
    private final KeycloakSession keycloak = as(KeycloakSession.class, Map.of("getProvider",
            as(UserFederatedStorageProvider.class, Map.of("getAttributes", new MultivaluedHashMap<String, String>()))));

    /** Answers calls by the method's name, others with null. */
    private static <T> T as(Class<T> type, Map<String, Object> answers) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                (self, method, args) -> answers.get(method.getName())));
    }

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
    void whoever_was_let_through_is_not_asked_for_again_in_the_same_session_although_the_lease_runs_out() {
        UserModel anna = as(UserModel.class, Map.of("getId", "0198-anna"));
        runtime.lease().renew(Duration.ofMinutes(1));
        ImportedUsers users = new ImportedUsers(keycloak, runtime, runtime.session());
        assertThat(users.validate(null, anna)).isNotNull();
        runtime.lease().drop();
        assertThat(users.validate(null, anna)).isNotNull();
        assertThat(bridge.calls).isZero();

        assertThat(new ImportedUsers(keycloak, runtime, runtime.session()).validate(null, anna)).as("in the next one").isNull();
        assertThat(bridge.calls).isEqualTo(1);
    }

    @Test
    void an_interrupt_of_keycloaks_is_told_as_an_unavailable_storage() {
        bridge.answer = () -> Answer.unavailable(Outage.INTERRUPTED, "interrupted while waiting for the bridge");
        assertThatThrownBy(() -> lookup("anna")).isInstanceOf(StorageUnavailableException.class);
    }
}
