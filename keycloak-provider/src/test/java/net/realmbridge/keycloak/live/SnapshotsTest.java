package net.realmbridge.keycloak.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import net.realmbridge.keycloak.client.BridgeUser;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.keycloak.models.UserModel;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SnapshotsTest {
    private final AtomicLong now = new AtomicLong(5);
    private final Snapshots snapshots = new Snapshots(now::get);
    private final BridgeUser anna = new BridgeUser("1", "Anna", "Anna@x", null, null, true, "d", null, "1", null, null, null, null, null);

    @Test
    void a_snapshot_is_found_by_every_key_whatever_the_case() {
        snapshots.put(anna, snapshots.changes());
        assertThat(snapshots.get("1")).isEqualTo(anna);
        assertThat(snapshots.byUsername("ANNA")).isEqualTo(anna);
        assertThat(snapshots.byEmail("anna@X")).isEqualTo(anna);
        assertThat(snapshots.byUsername("bert")).isNull();
    }

    @Test
    void an_old_snapshot_is_not_fresh_but_still_there() {
        snapshots.put(anna, snapshots.changes());
        assertThat(snapshots.isYounger("1", Duration.ofSeconds(30))).isTrue();
        now.addAndGet(Duration.ofSeconds(31).toNanos());
        assertThat(snapshots.isYounger("1", Duration.ofSeconds(30))).isFalse();
        assertThat(snapshots.get("1")).isEqualTo(anna);
    }

    @Test
    void after_everything_may_have_changed_nothing_counts_as_known() {
        snapshots.put(anna, snapshots.changes());
        snapshots.expire();
        assertThat(snapshots.isKnown("1")).isFalse();
        assertThat(snapshots.isYounger("1", Duration.ofDays(1))).isFalse();
        assertThat(snapshots.get("1")).isEqualTo(anna);
    }

    @Test
    void an_answer_that_may_be_older_than_a_change_is_kept_but_not_trusted() {
        long before = snapshots.changes();
        snapshots.change(new BridgeUser("2", "berta", null, null, null, true, "d", null, "2", null, null, null, null, null));
        snapshots.put(anna, before);
        assertThat(snapshots.isKnown("1")).isFalse();
        assertThat(snapshots.get("1")).isEqualTo(anna);
        assertThat(snapshots.get("2")).isNull();
    }

    @Test
    void a_change_of_somebody_who_was_seen_replaces_what_is_remembered() {
        snapshots.put(anna, snapshots.changes());
        BridgeUser renamed = new BridgeUser("1", "Anne", "anna@x", null, null, true, "d", null, "2", null, null, null, null, null);
        snapshots.change(renamed);
        assertThat(snapshots.isKnown("1")).isTrue();
        assertThat(snapshots.get("1")).isEqualTo(renamed);
    }

    @Test
    void a_search_passes_on_fields_and_attributes_but_not_keycloaks_switches() {
        assertThat(Searches.query(Map.of(UserModel.USERNAME, "an", "department", "Sales", UserModel.INCLUDE_SERVICE_ACCOUNT, "false",
                UserModel.EXACT, "true", UserModel.ENABLED, "true")).build().parameters())
                .containsExactlyInAnyOrder(Map.entry("username", "an"), Map.entry("attribute", "department:Sales"), Map.entry("exact", "true"),
                        Map.entry("enabled", "true"));
        assertThat(Searches.query(Map.of(UserModel.SEARCH, " an ", UserModel.USERNAME, "x")).build().parameters())
                .containsExactly(Map.entry("search", "an"));
    }
}
