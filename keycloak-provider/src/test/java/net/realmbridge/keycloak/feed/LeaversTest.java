package net.realmbridge.keycloak.feed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.client.Change;
import net.realmbridge.keycloak.metrics.Metrics.Leaver;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class LeaversTest {
    private static Change change(String state, boolean enabled, boolean endSessions, String... reasons) {
        BridgeUser user = "present".equals(state)
                ? new BridgeUser("u", "anna", null, null, null, enabled, "acme", null, "1", null, null, null, null, null)
                : null;
        return new Change("user", "u", state, user, null, List.of(reasons), endSessions, 1L);
    }

    @Test
    void a_mere_password_change_ends_sessions_unless_the_component_says_otherwise() {
        Change change = change("present", true, true, "user.password_changed", "user.updated");
        assertThat(Leavers.why(change)).isEqualTo(Leaver.PASSWORD_CHANGED);
        assertThat(Leavers.endsSessions(change, true)).isTrue();
        assertThat(Leavers.endsSessions(change, false)).isFalse();
        assertThat(Leavers.losesPassword(change)).isTrue();
    }

    @Test
    void who_leaves_is_out_in_any_case() {
        for (Change change : List.of(
                change("absent", false, true, "user.deleted"),
                change("present", false, true, "user.deactivated"),
                change("present", false, true, "user.password_changed", "user.deactivated"),
                change("present", true, true, "user.deactivated", "user.password_changed", "user.activated"),
                change("present", false, true, "user.password_changed"),
                change("read-only", false, true, "user.deactivated"))) {
            assertThat(Leavers.endsSessions(change, false)).as(change.toString()).isTrue();
            assertThat(Leavers.losesPassword(change)).as(change.toString()).isTrue();
        }
        assertThat(Leavers.why(change("absent", false, true, "user.deleted"))).isEqualTo(Leaver.REMOVED);
    }

    @Test
    void other_changes_cost_nobody_anything() {
        Change change = change("present", true, false, "user.updated");
        assertThat(Leavers.endsSessions(change, true)).isFalse();
        assertThat(Leavers.losesPassword(change)).isFalse();
    }
}
