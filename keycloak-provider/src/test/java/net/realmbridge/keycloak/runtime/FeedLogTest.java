package net.realmbridge.keycloak.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.keycloak.storage.user.SynchronizationResult;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class FeedLogTest {
    private final AtomicLong now = new AtomicLong(1_000);
    private final FeedLog log = new FeedLog(now::get);

    private static SynchronizationResult result(int added, int removed) {
        SynchronizationResult result = new SynchronizationResult();
        result.setAdded(added);
        result.setRemoved(removed);
        return result;
    }

    @Test
    void it_sums_up_what_feed_and_syncs_have_done() {
        log.applied(result(2, 1), 900);
        now.set(2_000);
        log.synced(result(3, 0), null, 0);

        FeedLog.Entry entry = log.entry();
        assertThat(entry.added()).isEqualTo(5);
        assertThat(entry.removed()).isEqualTo(1);
        assertThat(entry.lastAppliedAt()).isEqualTo(1_000);
        assertThat(entry.lastFullSyncAt()).isEqualTo(2_000);
        assertThat(entry.lastFullSync()).startsWith("3 imported");
    }

    @Test
    void an_older_change_that_comes_later_doesnt_turn_the_clock_back() {
        log.applied(result(0, 0), 900);
        log.applied(result(0, 0), 700);
        log.applied(result(0, 0), 0);
        assertThat(log.entry().lastEventAt()).isEqualTo(900);
    }

    @Test
    void a_hold_is_told_until_a_sync_goes_through() {
        log.synced(result(0, 0), "60 users", 60);
        assertThat(log.entry().held()).isEqualTo("60 users");
        log.synced(result(0, 60), null, 0);
        assertThat(log.entry().held()).isNull();
    }
}
