package net.realmbridge.keycloak.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.FakeBridge;
import net.realmbridge.keycloak.client.Outage;
import net.realmbridge.keycloak.config.BridgeConfig;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.keycloak.component.ComponentModel;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class BridgeRuntimeTest {
    private final FakeBridge bridge = new FakeBridge();
    private final BridgeRuntime runtime = new BridgeRuntime(BridgeConfig.of(new ComponentModel()), bridge);
    private final AtomicInteger turns = new AtomicInteger();

    private void callFails() {
        bridge.answer = () -> Answer.unavailable(Outage.TIMEOUT, "no answer");
        runtime.client().userById("a");
    }

    @Test
    void the_feed_is_told_once_that_calls_have_begun_to_fail() {
        runtime.onTurn(turns::incrementAndGet);
        callFails();
        callFails();
        assertThat(turns).hasValue(0);
        callFails();
        callFails();
        assertThat(turns).hasValue(1);
        assertThat(runtime.health().isDown()).isTrue();
    }

    @Test
    void an_answer_of_the_feed_ends_the_outage_for_calls_too() {
        callFails();
        callFails();
        callFails();
        runtime.feedAnswered(Duration.ofSeconds(1), true);
        assertThat(runtime.health().isDown()).isFalse();
        bridge.answer = Answer::absent;
        runtime.onTurn(turns::incrementAndGet);
        assertThat(runtime.client().userById("a")).isInstanceOf(Answer.Absent.class);
        assertThat(turns).hasValue(0);
        assertThat(runtime.feedLog().entry().lastAnswerAt()).isPositive();
    }

    @Test
    void a_slow_answer_of_the_feed_renews_the_lease_and_leaves_the_calls_outage_as_it_is() {
        callFails();
        callFails();
        callFails();
        runtime.feedAnswered(Duration.ofSeconds(10), false);
        assertThat(runtime.lease().isHeld()).isTrue();
        assertThat(runtime.health().isDown()).isTrue();
        assertThat(runtime.client().userById("a")).isInstanceOfSatisfying(Answer.Unavailable.class,
                unavailable -> assertThat(unavailable.outage()).isEqualTo(Outage.SUSPENDED));
    }
}
