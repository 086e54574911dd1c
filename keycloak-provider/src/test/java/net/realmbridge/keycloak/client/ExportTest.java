package net.realmbridge.keycloak.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.DisplayNameGeneration;
import org.junit.jupiter.api.DisplayNameGenerator;
import org.junit.jupiter.api.Test;

@DisplayNameGeneration(DisplayNameGenerator.ReplaceUnderscores.class)
class ExportTest {
    private static final String HEADER = "{\"kind\":\"header\",\"cursor\":\"c1\"}\n";
    private static final String GROUP = "{\"kind\":\"group\",\"group\":{\"id\":\"00000000-0000-0000-0000-0000000000aa\",\"name\":\"Sales\",\"path\":[\"d\",\"Sales\"]}}\n";

    private final List<String> seen = new ArrayList<>();

    private static String id(int n) {
        return "00000000-0000-0000-0000-%012d".formatted(n);
    }

    private static String user(int n) {
        return "{\"kind\":\"user\",\"state\":\"present\",\"user\":{\"id\":\"%s\",\"username\":\"u%d\",\"version\":\"1\"}}\n".formatted(id(n), n);
    }

    private static String end(int users, int groups) {
        return "{\"kind\":\"end\",\"users\":%d,\"groups\":%d}\n".formatted(users, groups);
    }

    private Answer<String> export(FakeServer.Behaviour behaviour) throws IOException {
        try (FakeServer server = new FakeServer(behaviour);
                BridgeClient client = new HttpBridgeClient(server.url(), "acme", "secret", Duration.ofSeconds(1), null)) {
            return client.export(new ExportSink() {
                @Override
                public void group(BridgeGroup group) {
                    seen.add("group " + group.name());
                }

                @Override
                public void user(BridgeUser user) {
                    seen.add("user " + user.username());
                }

                @Override
                public void readOnly(String userId) {
                    seen.add("kept " + userId);
                }
            });
        }
    }

    private static void assertCut(Answer<String> answer) {
        assertThat(answer).isInstanceOf(Answer.Unavailable.class);
    }

    @Test
    void a_complete_listing_yields_its_cursor() throws Exception {
        Answer<String> answer = export(FakeServer.json(200, HEADER + GROUP + user(1)
                + "{\"kind\":\"user\",\"state\":\"read-only\",\"id\":\"" + id(2) + "\"}\n" + "{\"kind\":\"something-new\"}\n" + end(2, 1)));

        assertThat(answer).isEqualTo(Answer.found("c1"));
        assertThat(seen).containsExactly("group Sales", "user u1", "kept " + id(2));
    }

    @Test
    void many_rows_pass_in_order() throws Exception {
        StringBuilder body = new StringBuilder(HEADER);
        for (int n = 0; n < 20_000; n++) {
            body.append(user(n));
        }
        assertThat(export(FakeServer.json(200, body + end(20_000, 0)))).isEqualTo(Answer.found("c1"));
        assertThat(seen).hasSize(20_000).endsWith("user u19999");
    }

    @Test
    void a_listing_without_its_end_is_cut() throws Exception {
        assertCut(export(FakeServer.json(200, HEADER + user(1))));
    }

    @Test
    void a_listing_whose_counts_differ_is_cut() throws Exception {
        assertCut(export(FakeServer.json(200, HEADER + user(1) + end(2, 0))));
        assertCut(export(FakeServer.json(200, HEADER + user(1) + end(1, 1))));
    }

    @Test
    void a_connection_that_breaks_cuts_the_listing() throws Exception {
        assertCut(export(FakeServer.truncated(HEADER + user(1))));
    }

    @Test
    void a_listing_without_header_or_with_a_broken_row_is_cut() throws Exception {
        assertCut(export(FakeServer.json(200, user(1) + end(1, 0))));
        assertCut(export(FakeServer.json(200, HEADER + "{\"kind\":\"user\",\"state\":\"present\",\"user\":{\"id\":\"1\"}}\n" + end(1, 0))));
        assertCut(export(FakeServer.json(200, HEADER + "{\"kind\":\"us")));
        assertThat(seen).isEmpty();
    }

    @Test
    void an_empty_body_is_no_empty_federation() throws Exception {
        assertCut(export(FakeServer.json(200, "")));
    }

    @Test
    void a_refusal_reaches_the_caller() throws Exception {
        assertThat(export(FakeServer.json(401, "{}"))).isInstanceOfSatisfying(Answer.Unavailable.class,
                unavailable -> assertThat(unavailable.outage()).isEqualTo(Outage.UNAUTHORIZED));
    }
}
