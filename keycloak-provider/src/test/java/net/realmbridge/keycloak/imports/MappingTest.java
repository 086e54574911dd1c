package net.realmbridge.keycloak.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import net.realmbridge.keycloak.client.BridgeUser;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class MappingTest {
    private static BridgeUser user(Map<String, List<String>> attributes) {
        return new BridgeUser("1", "anna", null, null, null, false, "acme", "ext", "7", null, attributes, null, null, null);
    }

    @Test
    void attributes_and_origin_are_taken_over() {
        assertThat(Mapping.STANDARD.attributes(user(Map.of("department", List.of("Sales", "Export")))))
                .containsEntry("department", List.of("Sales", "Export"))
                .containsEntry("realmbridge.directory", List.of("acme"))
                .containsEntry("realmbridge.externalId", List.of("ext"))
                .containsEntry("realmbridge.active", List.of("false"))
                .doesNotContainKeys("realmbridge.extra", "realmbridge.version");
    }

    @Test
    void an_attribute_beyond_the_standard_ones_is_remembered_by_name() {
        assertThat(Mapping.STANDARD.attributes(user(Map.of("badge", List.of("12"))))).containsEntry("realmbridge.extra", List.of("badge"));
    }

    @Test
    void what_another_mapping_wrote_is_remembered_even_if_it_was_nothing() {
        Mapping own = Mapping.of(List.of("department", "badge"));
        assertThat(own.attributes(user(Map.of("department", List.of("Sales"))))).containsEntry("realmbridge.extra", List.of("department"));
        assertThat(own.attributes(user(Map.of()))).containsEntry("realmbridge.extra", List.of("(none)"));
        assertThat(Mapping.of(Mapping.STANDARD.names())).isSameAs(Mapping.STANDARD);
    }

    @Test
    void a_mapping_owns_its_names_whoever_has_them() {
        Mapping own = Mapping.of(List.of("badge", "email", "locale", "realmbridge.version"));
        assertThat(own.names()).containsExactly("badge");
        assertThat(own.isOwned(user(Map.of()), "badge")).isTrue();
        assertThat(own.isOwned(user(Map.of()), "department")).isFalse();
        assertThat(own.isOwned(user(Map.of()), "realmbridge.version")).isTrue();
    }

    @Test
    void the_bridge_cannot_write_what_is_not_its_own() {
        assertThat(Mapping.STANDARD.attributes(user(Map.of("locale", List.of("de"), "username", List.of("root"), "email", List.of("x@y"),
                "realmbridge.version", List.of("99"), "realmbridge.active", List.of("true")))))
                .doesNotContainKeys("locale", "username", "email", "realmbridge.version")
                .containsEntry("realmbridge.active", List.of("false"));
    }

    @Test
    void the_locale_is_a_starting_value_only() {
        BridgeUser user = user(Map.of("locale", List.of("de")));
        assertThat(Mapping.initialLocale(user)).isEqualTo("de");
        assertThat(Mapping.STANDARD.isOwned(user, "locale")).isFalse();
        assertThat(Mapping.STANDARD.isOwned(user, "department")).isTrue();
    }

    @Test
    void empty_values_are_left_out() {
        assertThat(Mapping.STANDARD.attributes(user(Map.of("title", Arrays.asList("", null))))).doesNotContainKey("title");
    }
}
