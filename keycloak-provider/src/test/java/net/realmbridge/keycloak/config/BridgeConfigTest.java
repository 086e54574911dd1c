package net.realmbridge.keycloak.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.keycloak.component.ComponentModel;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BridgeConfigTest {
    private static ComponentModel model(String... pairs) {
        ComponentModel model = new ComponentModel();
        model.setId("c1");
        model.setParentId("r1");
        model.setName("bridge");
        model.put("bridgeUrl", "https://bridge.example.com/base");
        model.put("federation", "acme");
        model.put("token", "very-secret");
        for (int i = 0; i < pairs.length; i += 2) {
            model.put(pairs[i], pairs[i + 1]);
        }
        return model;
    }

    @Test
    void the_three_required_values_are_enough() {
        assertThat(BridgeConfig.problems(model())).isEmpty();
        BridgeConfig config = BridgeConfig.of(model());
        assertThat(config.isComplete()).isTrue();
        assertThat(config.enabled()).isTrue();
        assertThat(config.importEnabled()).isTrue();
        assertThat(config.groupsParent()).containsExactly("realmbridge");
        assertThat(config.requestTimeout()).isEqualTo(Duration.ofMillis(1500));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "bridge", "ftp://x", "http://", "https://user:pw@x", "https://x?q=1", "https://x#f", "http://a b"})
    void an_address_that_cannot_be_right_is_refused(String url) {
        assertThat(BridgeConfig.problems(model("bridgeUrl", url))).singleElement().asString().startsWith("Bridge URL");
        assertThat(BridgeConfig.of(model("bridgeUrl", url)).isComplete()).isFalse();
    }

    @Test
    void every_problem_is_named_at_once() {
        assertThat(BridgeConfig.problems(model("bridgeUrl", "x", "federation", "a b", "token", "", "groupsParent", "/", "requestTimeout", "5000",
                "validationTtl", "soon", "offlinePasswordMaxAgeDays", "0"))).hasSize(7);
    }

    @ParameterizedTest
    @CsvSource({"50,100", "5000,1900", "700,700", "x,1500"})
    void no_request_waits_two_seconds_whatever_is_configured(String configured, int millis) {
        assertThat(BridgeConfig.of(model("requestTimeout", configured)).requestTimeout()).isEqualTo(Duration.ofMillis(millis));
    }

    @Test
    void passwords_are_kept_for_imported_users_only_and_only_if_wanted() {
        assertThat(BridgeConfig.of(model()).keepsOfflinePasswords()).isFalse();
        BridgeConfig wanted = BridgeConfig.of(model("offlinePassword", "true"));
        assertThat(wanted.keepsOfflinePasswords()).isTrue();
        assertThat(wanted.offlinePasswordMaxAge()).isEqualTo(Duration.ofDays(14));
        assertThat(BridgeConfig.of(model("offlinePassword", "true", "importEnabled", "false")).keepsOfflinePasswords()).isFalse();
        assertThat(BridgeConfig.of(model("offlinePassword", "true", "enabled", "false")).keepsOfflinePasswords()).isFalse();
        assertThat(wanted.isOtherSource(BridgeConfig.of(model("token", "other")))).isFalse();
        assertThat(wanted.isOtherSource(BridgeConfig.of(model("federation", "other")))).isTrue();
    }

    @Test
    void a_nested_parent_is_split_at_its_slashes() {
        assertThat(BridgeConfig.of(model("groupsParent", "/a/b c/")).groupsParent()).isEqualTo(List.of("a", "b c"));
    }

    @Test
    void the_token_shows_up_in_no_text() {
        assertThat(BridgeConfig.of(model()).toString()).doesNotContain("secret");
    }

    @Test
    void every_own_key_has_a_label_and_a_help_text() {
        assertThat(ConfigProperties.all()).allSatisfy(property -> {
            assertThat(property.getLabel()).isNotBlank();
            assertThat(property.getHelpText()).isNotBlank();
        });
        assertThat(ConfigProperties.all()).filteredOn(property -> property.getName().equals("token")).singleElement()
                .satisfies(token -> assertThat(token.isSecret()).isTrue());
    }
}
