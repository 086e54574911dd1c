package net.realmbridge.keycloak.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class HttpBridgeClientTest {
    private static final String ID = "0199f0c2-8c1e-7aaa-9d2c-2f6f0c1f7b11";
    private static final String GROUP_ID = "0199f0c2-8c1e-7aaa-9d2c-2f6f0c1f7b12";
    private static final String USER = """
            {"id":"%s","username":"anna@acme.test","email":null,"enabled":true,"version":"7","directory":"acme","unknown":1,
             "attributes":{"department":["Sales"]},"groups":[{"id":"%s","name":"Sales","path":["acme","Sales"]}],"readOnly":null}
            """.formatted(ID, GROUP_ID).replace("\n", "");
    private static final Duration PATIENT = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(300);
    /** Far above the deadline and far below the servers' patience, so that a busy machine doesn't fail the test. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable closeable : opened) {
            closeable.close();
        }
    }

    private BridgeClient client(String url) {
        return client(url, PATIENT);
    }

    private BridgeClient client(String url, Duration deadline) {
        BridgeClient client = new HttpBridgeClient(url, "acme", "secret", deadline, null);
        opened.add(client);
        return client;
    }

    private FakeServer server(FakeServer.Behaviour behaviour) throws IOException {
        FakeServer server = new FakeServer(behaviour);
        opened.add(server);
        return server;
    }

    private <T> Answer<T> ask(FakeServer.Behaviour behaviour, Function<BridgeClient, Answer<T>> call) throws IOException {
        return call.apply(client(server(behaviour).url()));
    }

    private static void assertOutage(Answer<?> answer, Outage outage) {
        assertThat(answer).isInstanceOfSatisfying(Answer.Unavailable.class, unavailable -> assertThat(unavailable.outage()).isEqualTo(outage));
    }

    @Test
    void a_user_is_read_and_unknown_members_are_ignored() throws Exception {
        Answer<BridgeUser> answer = ask(FakeServer.json(200, USER), client -> client.userById(ID));

        assertThat(answer).isInstanceOfSatisfying(Answer.Found.class, found -> {
            BridgeUser user = (BridgeUser) found.value();
            assertThat(user.username()).isEqualTo("anna@acme.test");
            assertThat(user.attributes()).containsEntry("department", List.of("Sales"));
            assertThat(user.groups()).containsExactly(new BridgeGroup(GROUP_ID, "Sales", List.of("acme", "Sales"), null, null));
        });
    }

    @Test
    void names_are_encoded_into_the_address() throws Exception {
        FakeServer server = server(FakeServer.json(404, "{\"code\":\"user_absent\"}"));
        client(server.url() + "/").userByUsername("a b&c=/ü");

        assertThat(server.requests()).containsExactly("GET /user-storage/v1/acme/users/lookup?username=a%20b%26c%3D%2F%C3%BC");
    }

    @ParameterizedTest
    @ValueSource(strings = {"user_absent", "group_absent"})
    void only_the_bridges_own_proof_means_absent(String code) throws Exception {
        assertThat(ask(FakeServer.json(404, "{\"code\":\"" + code + "\"}"), client -> client.userById(ID))).isInstanceOf(Answer.Absent.class);
    }

    @Test
    void a_404_without_the_version_header_is_no_proof() throws Exception {
        assertOutage(ask(FakeServer.respond(404, null, "{\"code\":\"user_absent\"}"), client -> client.userById(ID)), Outage.WRONG_VERSION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"code\":\"not_found\"}", "{}", "<html>", ""})
    void a_404_of_the_bridge_without_the_code_is_no_proof(String body) throws Exception {
        assertOutage(ask(FakeServer.json(404, body), client -> client.userById(ID)), Outage.BAD_ANSWER);
    }

    @ParameterizedTest
    @CsvSource({"401,UNAUTHORIZED", "403,UNAUTHORIZED", "429,OVERLOADED", "503,OVERLOADED", "500,BAD_ANSWER", "502,BAD_ANSWER",
            "301,BAD_ANSWER", "204,BAD_ANSWER", "400,BAD_REQUEST", "413,BAD_REQUEST", "410,CURSOR_EXPIRED"})
    void every_other_status_is_an_outage(int status, Outage outage) throws Exception {
        assertOutage(ask(FakeServer.json(status, status == 204 ? "" : "{\"code\":\"user_absent\"}"), client -> client.userById(ID)), outage);
    }

    @ParameterizedTest
    @CsvSource({"7,7", "3600,60", "'Sun, 22 Nov 2026 21:00:00 GMT',0", "-1,0", "99999999999,0"})
    void the_bridge_may_ask_to_be_left_alone_for_a_while(String header, long seconds) throws Exception {
        Answer<BridgeUser> answer = ask(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", header);
            FakeServer.json(429, "{}").answer(exchange);
        }, client -> client.userById(ID));
        assertThat(answer).isInstanceOfSatisfying(Answer.Unavailable.class,
                unavailable -> assertThat(unavailable.retryAfter()).isEqualTo(Duration.ofSeconds(seconds)));
    }

    @Test
    void a_disabled_directory_keeps_the_copy() throws Exception {
        assertOutage(ask(FakeServer.json(409, "{\"code\":\"directory_disabled\"}"), client -> client.userById(ID)), Outage.DIRECTORY_DISABLED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>login</html>", "", "null", "[]", "{}", "{\"id\":\"1\",\"username\":\"x\",\"version\":\"1\"}", "{\"id\":\"0199",
            "{\"id\":\"0199f0c2-8c1e-7aaa-9d2c-2f6f0c1f7b11\",\"username\":\"\",\"version\":\"1\"}"})
    void a_200_that_is_not_a_user_is_an_outage(String body) throws Exception {
        assertOutage(ask(FakeServer.json(200, body), client -> client.userById(ID)), Outage.BAD_ANSWER);
    }

    @Test
    void html_from_something_else_at_the_address_is_named_as_such() throws Exception {
        assertOutage(ask(FakeServer.respond(200, null, "<html></html>"), client -> client.userById(ID)), Outage.WRONG_VERSION);
    }

    @Test
    void another_version_of_the_api_is_refused() throws Exception {
        assertOutage(ask(FakeServer.respond(200, "2", USER), client -> client.userById(ID)), Outage.WRONG_VERSION);
    }

    @Test
    void a_cut_body_is_an_outage() throws Exception {
        assertOutage(ask(FakeServer.truncated(USER), client -> client.userById(ID)), Outage.UNREACHABLE);
    }

    @Test
    void a_refused_connection_is_an_outage() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        assertOutage(client("http://127.0.0.1:" + port).userById(ID), Outage.UNREACHABLE);
    }

    @Test
    void an_unknown_host_is_an_outage() {
        assertOutage(client("http://no-such-host.invalid").userById(ID), Outage.UNREACHABLE);
    }

    private static void assertGivenUp(BridgeClient client) {
        long start = System.nanoTime();
        assertOutage(client.userById(ID), Outage.TIMEOUT);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
    }

    @Test
    void a_server_that_hangs_or_drips_is_given_up_at_the_deadline() throws Exception {
        assertGivenUp(client(server(FakeServer.hang()).url(), SHORT));
        assertGivenUp(client(server(FakeServer.drip()).url(), SHORT));
    }

    @Test
    void a_server_that_accepts_and_never_speaks_tls_is_given_up_at_the_deadline() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertGivenUp(client("https://127.0.0.1:" + silent.getLocalPort(), SHORT));
        }
    }

    @Test
    void a_call_within_a_shorter_limit_waits_no_longer_than_that() throws Exception {
        assertGivenUp(client(server(FakeServer.hang()).url()).within(SHORT));
    }

    @Test
    void an_interrupted_wait_ends_at_once_and_is_no_absence() throws Exception {
        BridgeClient client = client(server(FakeServer.hang()).url());
        Thread waiting = Thread.currentThread();
        Thread interrupter = new Thread(() -> {
            try {
                Thread.sleep(SHORT.toMillis());
                waiting.interrupt();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        interrupter.start();
        long start = System.nanoTime();
        assertOutage(client.userById(ID), Outage.INTERRUPTED);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(SOON);
        // Keycloak clears the flag itself, so it must still be set.
        assertThat(Thread.interrupted()).isTrue();
        interrupter.join();
    }

    @Test
    void a_huge_answer_is_not_read_to_its_end() throws Exception {
        FakeServer.Behaviour endless = exchange -> {
            exchange.getResponseHeaders().set("Realmbridge-Api", "1");
            exchange.sendResponseHeaders(200, 0);
            byte[] chunk = new byte[1 << 20];
            for (int i = 0; i < 1000; i++) {
                exchange.getResponseBody().write(chunk);
            }
        };
        assertOutage(client(server(endless).url()).userById(ID), Outage.BAD_ANSWER);
    }

    @ParameterizedTest
    @ValueSource(strings = {"valid", "invalid", "no-password"})
    void a_password_verdict_is_passed_on(String result) throws Exception {
        Answer<PasswordCheck> answer = ask(FakeServer.json(200, "{\"result\":\"" + result + "\",\"version\":\"7\",\"enabled\":true}"),
                client -> client.verifyPassword(ID, "x"));
        assertThat(answer).isEqualTo(Answer.found(new PasswordCheck(result, "7", true, null, null, null)));
    }

    @Test
    void what_is_told_of_a_right_password_is_passed_on() throws Exception {
        String told = "{\"result\":\"valid\",\"version\":\"7\",\"enabled\":true,\"graceLogins\":2,\"passwordExpiresInSeconds\":5000000000}";
        Answer<PasswordCheck> answer = ask(FakeServer.json(200, told), client -> client.verifyPassword(ID, "x"));
        assertThat(answer).isEqualTo(Answer.found(new PasswordCheck("valid", "7", true, null, 2, 5_000_000_000L)));
    }

    @ParameterizedTest
    @CsvSource({"'{\"result\":\"unavailable\",\"reason\":\"source_unavailable\"}',SOURCE_UNAVAILABLE",
            "'{\"result\":\"unavailable\",\"reason\":\"overloaded\"}',BUSY", "'{\"result\":\"unavailable\"}',SOURCE_UNAVAILABLE",
            "'{\"result\":\"unavailable\",\"reason\":\"directory_disabled\"}',DIRECTORY_DISABLED", "'{\"result\":\"maybe\"}',BAD_ANSWER", "'{}',BAD_ANSWER"})
    void a_password_that_could_not_be_checked_is_not_wrong(String body, Outage outage) throws Exception {
        assertOutage(ask(FakeServer.json(200, body), client -> client.verifyPassword(ID, "x")), outage);
    }

    @Test
    void a_password_is_sent_once_only() throws Exception {
        FakeServer server = server(FakeServer.json(500, ""));
        client(server.url()).verifyPassword(ID, "x");
        assertThat(server.requests()).containsExactly("POST /user-storage/v1/acme/users/" + ID + "/verify-password");
    }

    @Test
    void the_feed_is_asked_with_its_cursor() throws Exception {
        FakeServer server = server(FakeServer.json(200, """
                {"cursor":"c2","more":false,"items":[{"kind":"user","id":"x","state":"absent","reasons":["user.deleted"],"endSessions":true,"at":5}]}"""));
        Answer<Changes> answer = client(server.url()).changes("c/1", 3);

        assertThat(server.requests()).containsExactly("GET /user-storage/v1/acme/changes?after=c%2F1&wait=3&max=500");
        assertThat(answer).isInstanceOfSatisfying(Answer.Found.class, found -> {
            Changes changes = (Changes) found.value();
            assertThat(changes.cursor()).isEqualTo("c2");
            assertThat(changes.items()).singleElement().satisfies(item -> assertThat(item.isAbsent() && item.endSessions()).isTrue());
        });
    }
}
