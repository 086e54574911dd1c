package net.realmbridge.keycloak.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.keycloak.provider.ProviderConfigProperty;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ConfigPropertiesTest {
    /** Others exist, such as a URL, which the admin console shows as a link. */
    private static final Set<String> FIELDS = Set.of(
            ProviderConfigProperty.STRING_TYPE, ProviderConfigProperty.PASSWORD, ProviderConfigProperty.BOOLEAN_TYPE);

    @Test
    void every_setting_has_a_field_in_the_admin_console_and_says_what_it_is() {
        assertThat(ConfigProperties.all()).isNotEmpty().allSatisfy(property -> {
            assertThat(property.getType()).as(property.getName()).isIn(FIELDS);
            assertThat(property.getLabel()).as(property.getName()).isNotBlank();
            assertThat(property.getHelpText()).as(property.getName()).isNotBlank();
        });
    }
}
