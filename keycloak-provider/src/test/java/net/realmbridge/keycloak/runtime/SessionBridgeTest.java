package net.realmbridge.keycloak.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.FakeBridge;
import net.realmbridge.keycloak.client.Outage;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class SessionBridgeTest {
    private final AtomicLong now = new AtomicLong();
    private final FakeBridge bridge = new FakeBridge();
    private final SessionBridge session = new SessionBridge(bridge, Duration.ofMillis(1000), now::get);

    @Test
    void the_same_lookup_is_made_once() {
        session.userByUsername("anna");
        session.userByUsername("anna");
        session.userByEmail("anna");
        assertThat(bridge.calls).isEqualTo(2);
    }

    @Test
    void all_calls_of_a_request_share_one_budget() {
        bridge.answer = () -> {
            now.addAndGet(700_000_000);
            return Answer.absent();
        };
        session.userByUsername("a");
        session.userByUsername("b");
        assertThat(bridge.limits).containsExactly(Duration.ofMillis(1000), Duration.ofMillis(300));
        assertThat(session.userByUsername("c")).isInstanceOf(Answer.Unavailable.class);
        assertThat(bridge.calls).isEqualTo(2);
    }

    @Test
    void after_a_fault_the_rest_of_the_request_does_not_ask_again() {
        bridge.answer = () -> Answer.unavailable(Outage.TIMEOUT, "late");
        session.userByUsername("a");
        assertThat(session.userByUsername("b")).isEqualTo(Answer.unavailable(Outage.SUSPENDED, "late"));
        assertThat(bridge.calls).isEqualTo(1);
    }

    @Test
    void a_disabled_directory_does_not_stop_the_other_lookups() {
        bridge.answer = () -> Answer.unavailable(Outage.DIRECTORY_DISABLED, "");
        session.userById("a");
        session.userById("b");
        assertThat(bridge.calls).isEqualTo(2);
    }
}
