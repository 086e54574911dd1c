package net.realmbridge.keycloak.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import net.realmbridge.keycloak.client.BridgeUser;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class StrangersTest {
    private final List<String[]> holders = new ArrayList<>();

    private static BridgeUser user(String id, String username, String email) {
        return new BridgeUser(id, username, email, null, null, true, "d", null, "1", null, null, null, null, null);
    }

    private Set<String> among(BridgeUser... rows) {
        return Strangers.among(List.of(rows), (ids, usernames, emails) -> holders);
    }

    @Test
    void rows_that_meet_nobody_are_strangers() {
        assertThat(among(user("1", "a", "a@x"), user("2", "b", null), user("3", "c", null))).containsExactlyInAnyOrder("1", "2", "3");
    }

    @Test
    void whoever_shares_an_id_a_name_or_an_address_is_none() {
        holders.add(new String[] {"1", "x", null});
        holders.add(new String[] {"9", "bert", "c@x"});
        assertThat(among(user("1", "a", "a@x"), user("2", "BERT", null), user("3", "c", "C@X"), user("4", "d", "d@x"))).containsExactly("4");
    }

    @Test
    void rows_that_share_with_each_other_are_none() {
        assertThat(among(user("1", "a", "m@x"), user("2", "b", "M@x"), user("3", "C", null), user("4", "c", null), user("5", "e", null)))
                .containsExactly("5");
    }
}
