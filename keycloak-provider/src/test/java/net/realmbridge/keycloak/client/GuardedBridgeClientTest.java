package net.realmbridge.keycloak.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class GuardedBridgeClientTest {
    private final AtomicLong now = new AtomicLong();
    private final FakeBridge bridge = new FakeBridge();
    private final List<Answer<?>> observed = new ArrayList<>();
    private final CircuitBreaker breaker = new CircuitBreaker(3, 1000, now::get);
    private final BridgeClient client = new GuardedBridgeClient(bridge, breaker, observed::add);

    private void later(long millis) {
        now.addAndGet(millis * 1_000_000);
    }

    private static Outage outage(Answer<?> answer) {
        return answer instanceof Answer.Unavailable<?> unavailable ? unavailable.outage() : null;
    }

    @Test
    void after_three_faults_in_a_row_nothing_is_sent() {
        bridge.answer = () -> Answer.unavailable(Outage.TIMEOUT, "");
        for (int i = 0; i < 3; i++) {
            assertThat(outage(client.userById("x"))).isEqualTo(Outage.TIMEOUT);
        }
        assertThat(outage(client.userById("x"))).isEqualTo(Outage.SUSPENDED);
        assertThat(bridge.calls).isEqualTo(3);
    }

    @Test
    void a_good_answer_in_between_starts_the_count_again() {
        for (int i = 0; i < 5; i++) {
            bridge.answer = () -> Answer.unavailable(Outage.TIMEOUT, "");
            client.userById("x");
            client.userById("x");
            bridge.answer = Answer::absent;
            client.userById("x");
        }
        assertThat(breaker.isOpen()).isFalse();
    }

    @Test
    void one_attempt_is_made_when_it_is_due_and_a_good_answer_ends_the_outage() {
        bridge.answer = () -> Answer.unavailable(Outage.UNREACHABLE, "");
        for (int i = 0; i < 3; i++) {
            client.userById("x");
        }
        later(1001);
        assertThat(breaker.allows()).isTrue();
        assertThat(breaker.allows()).as("a second attempt while the first is on its way").isFalse();
        later(1001);
        bridge.answer = Answer::absent;
        assertThat(client.userById("x")).isInstanceOf(Answer.Absent.class);
        assertThat(client.userById("x")).isInstanceOf(Answer.Absent.class);
    }

    @Test
    void what_concerns_one_request_only_is_no_fault() {
        for (Outage harmless : List.of(Outage.DIRECTORY_DISABLED, Outage.BAD_REQUEST, Outage.SOURCE_UNAVAILABLE, Outage.INTERRUPTED)) {
            bridge.answer = () -> Answer.unavailable(harmless, "");
            for (int i = 0; i < 10; i++) {
                assertThat(outage(client.userById("x"))).isEqualTo(harmless);
            }
        }
        assertThat(observed).isEmpty();
    }

    @Test
    void no_more_than_sixteen_threads_wait_at_once() throws Exception {
        CountDownLatch waiting = new CountDownLatch(16);
        CountDownLatch release = new CountDownLatch(1);
        bridge.answer = () -> {
            waiting.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Answer.absent();
        };
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Thread thread = new Thread(() -> client.userById("x"));
            thread.start();
            threads.add(thread);
        }
        waiting.await();

        assertThat(outage(client.userById("x"))).isEqualTo(Outage.BUSY);

        release.countDown();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(client.userById("x")).isInstanceOf(Answer.Absent.class);
    }
}
