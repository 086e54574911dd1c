package net.realmbridge.keycloak.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import net.realmbridge.keycloak.client.BridgeGroup;
import net.realmbridge.keycloak.config.BridgeConfig;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.UserModel;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class GroupMirrorTest {
    private static final String ALL = "00000000-0000-7000-8000-0000000000a1";
    private static final String SALES = "00000000-0000-7000-8000-0000000000b2";

    private final FakeRealm keycloak = new FakeRealm();

    private GroupMirror mirror() {
        return mirror("component-1");
    }

    private GroupMirror mirror(String componentId) {
        ComponentModel model = new ComponentModel();
        model.setId(componentId);
        model.put("groupsParent", "/company");
        return new GroupMirror(keycloak.session, keycloak.realm, BridgeConfig.of(model));
    }

    /** A group in the directory's folder. */
    private static BridgeGroup top(String id, String name) {
        return new BridgeGroup(id, name, List.of("acme", name), List.of(), List.of());
    }

    private static BridgeGroup below(String id, String name, String parentId, String parentName) {
        return new BridgeGroup(id, name, List.of("acme", parentName, name), List.of(parentId), List.of());
    }

    @Test
    void a_group_stands_under_its_own_id_below_the_parent_and_the_directory() {
        mirror().ensure(top(ALL, "All"));
        assertThat(keycloak.pathOf(ALL)).isEqualTo("/company/acme/All");
        assertThat(mirror().mirroredIds()).containsExactly(ALL);
    }

    @Test
    void a_group_that_comes_before_the_one_it_is_in_stands_there_already() {
        mirror().ensure(below(SALES, "Sales", ALL, "All"));
        assertThat(keycloak.pathOf(SALES)).isEqualTo("/company/acme/All/Sales");
        mirror().ensure(top(ALL, "Everybody"));
        assertThat(keycloak.pathOf(SALES)).isEqualTo("/company/acme/Everybody/Sales");
    }

    @Test
    void a_group_moves_to_where_its_old_name_is_taken() {
        mirror().ensure(top(ALL, "All"));
        mirror().ensure(below(SALES, "Sales", ALL, "All"));
        keycloak.addGroup("own", "Sales", keycloak.group(ALL).getParent());
        mirror().ensure(top(SALES, "Sales"));
        assertThat(keycloak.pathOf(SALES)).isEqualTo("/company/acme/Sales (000000b2)");
        assertThat(keycloak.pathOf("own")).isEqualTo("/company/acme/Sales");
    }

    @Test
    void two_groups_change_places() {
        mirror().ensure(top(ALL, "All"));
        mirror().ensure(below(SALES, "Sales", ALL, "All"));
        mirror().ensure(below(ALL, "All", SALES, "Sales"));
        assertThat(keycloak.pathOf(ALL)).isEqualTo("/company/acme/Sales/All");
        assertThat(keycloak.pathOf(SALES)).isEqualTo("/company/acme/Sales");
    }

    @Test
    void what_stands_below_a_removed_group_moves_up() {
        mirror().ensure(top(ALL, "All"));
        mirror().ensure(below(SALES, "Sales", ALL, "All"));
        keycloak.addGroup("own", "Ours", keycloak.group(ALL));
        assertThat(mirror().remove(ALL)).isTrue();
        assertThat(keycloak.pathOf(ALL)).isNull();
        assertThat(keycloak.pathOf(SALES)).isEqualTo("/company/acme/Sales");
        assertThat(keycloak.pathOf("own")).isEqualTo("/company/acme/Ours");
    }

    @Test
    void a_group_of_somebody_else_is_left_alone_whatever_its_id() {
        keycloak.addGroup(ALL, "Mine", null);
        mirror("component-2").ensure(top(SALES, "Theirs"));
        assertThat(mirror().ensure(top(ALL, "All"))).isNull();
        assertThat(mirror().ensure(top(SALES, "Sales"))).isNull();
        assertThat(mirror().remove(ALL)).isFalse();
        assertThat(mirror().remove(SALES)).isFalse();
        assertThat(keycloak.pathOf(ALL)).isEqualTo("/Mine");
        assertThat(keycloak.pathOf(SALES)).isEqualTo("/company/acme/Theirs");
        assertThat(mirror().mirroredIds()).isEmpty();
    }

    @Test
    void a_user_is_in_exactly_the_groups_of_the_bridge_and_stays_in_others() {
        mirror().ensure(top(ALL, "All"));
        GroupModel own = keycloak.addGroup("own", "Ours", null);
        mirror("component-2").ensure(top("00000000-0000-7000-8000-0000000000c3", "Theirs"));
        GroupModel theirs = keycloak.group("00000000-0000-7000-8000-0000000000c3");
        UserModel user = keycloak.user(keycloak.group(ALL), own, theirs);
        mirror().reconcile(user, List.of(top(SALES, "Sales")));
        assertThat(user.getGroupsStream()).containsExactlyInAnyOrder(keycloak.group(SALES), own, theirs);
    }
}
