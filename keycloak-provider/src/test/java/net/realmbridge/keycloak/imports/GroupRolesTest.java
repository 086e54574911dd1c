package net.realmbridge.keycloak.imports;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import net.realmbridge.keycloak.client.MappedRole;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.keycloak.models.GroupModel;
import org.keycloak.models.RoleModel;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class GroupRolesTest {
    private final FakeRealm keycloak = new FakeRealm();
    private final GroupModel group = keycloak.addGroup("sales", "Sales", null);

    private void set(MappedRole... wanted) {
        new GroupRoles(keycloak.session, keycloak.realm).set(group, List.of(wanted));
    }

    private static MappedRole role(String name) {
        return new MappedRole(null, name, false);
    }

    private List<String> refused() {
        return group.getAttributeStream(GroupRoles.REFUSED).toList();
    }

    @Test
    void roles_of_the_realm_and_of_clients_come_and_go_with_the_mapping() {
        RoleModel seller = keycloak.addRole(null, "seller");
        RoleModel editor = keycloak.addRole("shop", "editor");
        set(role("seller"), new MappedRole("shop", "editor", false));
        assertThat(group.getRoleMappingsStream()).containsExactlyInAnyOrder(seller, editor);
        set(role("seller"));
        assertThat(group.getRoleMappingsStream()).containsExactly(seller);
        set();
        assertThat(group.getRoleMappingsStream()).isEmpty();
    }

    @Test
    void a_role_that_an_administrator_gave_stays_when_its_mapping_goes() {
        RoleModel seller = keycloak.addRole(null, "seller");
        group.grantRole(seller);
        set(role("seller"));
        set();
        assertThat(group.getRoleMappingsStream()).containsExactly(seller);
    }

    @Test
    void a_role_that_is_not_there_is_told_and_hinders_nothing_else() {
        RoleModel seller = keycloak.addRole(null, "seller");
        set(role("ghost"), new MappedRole("nowhere", "editor", false), role("seller"));
        assertThat(group.getRoleMappingsStream()).containsExactly(seller);
        assertThat(refused()).containsExactly("there is no role ghost", "there is no role nowhere/editor");
        set(role("seller"));
        assertThat(refused()).isEmpty();
    }

    @Test
    void a_role_that_administers_keycloak_is_given_only_where_that_is_allowed() {
        RoleModel viewUsers = keycloak.addRole("realm-management", "view-users");
        RoleModel inner = keycloak.addRole(null, "inner", viewUsers);
        RoleModel deputy = keycloak.addRole(null, "deputy", inner);
        RoleModel otherRealm = keycloak.addRole("other-realm", "anything");
        set(role("deputy"), role("inner"), new MappedRole("realm-management", "view-users", false),
                new MappedRole("other-realm", "anything", false));
        assertThat(group.getRoleMappingsStream()).isEmpty();
        assertThat(refused()).hasSize(4).allMatch(text -> text.contains("administers Keycloak"));
        set(new MappedRole(null, "deputy", true), new MappedRole("other-realm", "anything", true));
        assertThat(group.getRoleMappingsStream()).containsExactlyInAnyOrder(deputy, otherRealm);
        // The permission is withdrawn: so is the role.
        set(role("deputy"));
        assertThat(group.getRoleMappingsStream()).isEmpty();
    }
}
