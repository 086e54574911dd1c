package net.realmbridge.keycloak.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.keycloak.component.ComponentModel;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class CacheLifespanTest {

    private static ComponentModel with(String lifespan) {
        ComponentModel model = new ComponentModel();
        if (lifespan != null) {
            model.put("maxLifespan", lifespan);
        }
        return model;
    }

    private static String saved(String lifespan, ComponentModel stored) {
        ComponentModel model = with(lifespan);
        CacheLifespan.mend(model, stored);
        return model.get("maxLifespan");
    }

    @Test
    void the_first_digit_of_what_is_stored_is_no_new_lifespan() {
        assertThat(saved("3", with("300000"))).isEqualTo("300000");
    }

    @Test
    void what_an_administrator_types_is_kept() {
        assertThat(saved("600000", with("300000"))).isEqualTo("600000");
        assertThat(saved("30", with("300000"))).isEqualTo("30");
        assertThat(saved("4", with("300000"))).isEqualTo("4");
        assertThat(saved("3", with("3"))).isEqualTo("3");
        assertThat(saved("3", with(null))).isEqualTo("3");
        assertThat(saved("3", null)).isEqualTo("3");
        assertThat(saved(null, with("300000"))).isNull();
    }
}
