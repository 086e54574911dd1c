package net.realmbridge.keycloak.client;

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;

import com.fasterxml.jackson.databind.JsonNode;

/** {@link BridgeClient} over HTTP. */
public final class HttpBridgeClient implements BridgeClient {
    private static final int MAX_ANSWER = 16 << 20;
    private static final int MAX_FEED_ANSWER = 64 << 20;
    private static final int FEED_PAGE = 500;
    private static final Duration FEED_GRACE = Duration.ofSeconds(4);
    /** A sync says within ten seconds that the bridge can't be read. */
    private static final Duration EXPORT_START = Duration.ofSeconds(6);
    private static final Duration EXPORT_LINE = Duration.ofSeconds(6);

    private final URI base;
    private final String authorization;
    private final Duration deadline;
    private final HttpTransport transport;

    public HttpBridgeClient(String bridgeUrl, String federation, String token, Duration deadline, SSLContext tls) {
        String root = bridgeUrl.endsWith("/") ? bridgeUrl.substring(0, bridgeUrl.length() - 1) : bridgeUrl;
        this.base = URI.create(root + "/user-storage/v1/" + encode(federation));
        this.authorization = "Bearer " + token;
        this.deadline = deadline;
        this.transport = new HttpTransport(tls, deadline);
    }

    private HttpBridgeClient(HttpBridgeClient other, Duration deadline) {
        this.base = other.base;
        this.authorization = other.authorization;
        this.deadline = deadline;
        this.transport = other.transport;
    }

    @Override
    public BridgeClient within(Duration limit) {
        return limit.compareTo(deadline) >= 0 ? this : new HttpBridgeClient(this, limit);
    }

    @Override
    public Answer<FederationInfo> federation() {
        return get("/", List.of(), json -> Replies.value(json, FederationInfo.class));
    }

    @Override
    public Answer<BridgeUser> userById(String id) {
        return get("/users/" + encode(id), List.of(), Replies::user);
    }

    @Override
    public Answer<BridgeUser> userByUsername(String username) {
        return get("/users/lookup", List.of(Map.entry("username", username)), Replies::user);
    }

    @Override
    public Answer<BridgeUser> userByEmail(String email) {
        return get("/users/lookup", List.of(Map.entry("email", email)), Replies::user);
    }

    @Override
    public Answer<List<BridgeUser>> users(UserQuery query) {
        return get("/users", query.parameters(), Replies::users);
    }

    @Override
    public Answer<Integer> countUsers(UserQuery query) {
        return get("/users/count", query.parameters(), json -> json.path("count").isInt() ? json.path("count").intValue() : null);
    }

    @Override
    public Answer<PasswordCheck> verifyPassword(String id, String password) {
        HttpRequest request = request("/users/" + encode(id) + "/verify-password", List.of())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Replies.write(Map.of("password", password))))
                .build();
        return transport.exchange(request, deadline, MAX_ANSWER)
                .then(reply -> Replies.read(reply, json -> Replies.value(json, PasswordCheck.class)))
                .then(HttpBridgeClient::verdict);
    }

    private static Answer<PasswordCheck> verdict(PasswordCheck check) {
        String result = check.result() == null ? "" : check.result();
        return switch (result) {
            case PasswordCheck.VALID, PasswordCheck.INVALID, PasswordCheck.NO_PASSWORD -> Answer.found(check);
            case "unavailable" -> switch (check.reason() == null ? "" : check.reason()) {
                case "directory_disabled" -> Answer.unavailable(Outage.DIRECTORY_DISABLED, "the user's directory is switched off");
                case "overloaded" -> Answer.unavailable(Outage.BUSY, "the bridge has too many passwords to check");
                default -> Answer.unavailable(Outage.SOURCE_UNAVAILABLE, "the source behind the bridge can't check the password now");
            };
            default -> Replies.bad("an unknown password verdict");
        };
    }

    @Override
    public Answer<List<BridgeUser>> groupMembers(String groupId, int first, int max) {
        return get("/groups/" + encode(groupId) + "/members",
                List.of(Map.entry("first", String.valueOf(first)), Map.entry("max", String.valueOf(max))), Replies::users);
    }

    @Override
    public Answer<Changes> changes(String after, int waitSeconds) {
        Map<String, String> parameters = new LinkedHashMap<>();
        if (after != null) {
            parameters.put("after", after);
            parameters.put("wait", String.valueOf(waitSeconds));
            parameters.put("max", String.valueOf(FEED_PAGE));
        }
        HttpRequest request = request("/changes", List.copyOf(parameters.entrySet())).GET().build();
        return transport.exchange(request, Duration.ofSeconds(waitSeconds).plus(FEED_GRACE), MAX_FEED_ANSWER)
                .then(reply -> Replies.read(reply, Replies::changes));
    }

    @Override
    public Answer<String> export(ExportSink sink) {
        HttpRequest request = request("/export", List.of()).GET().build();
        return transport.send(request, info -> new LineBody(), EXPORT_START)
                .then(response -> readExport(response, sink));
    }

    private static Answer<String> readExport(HttpResponse<LineBody> response, ExportSink sink) {
        Answer<String> refused = Replies.refusal(new Replies.Reply(
                response.statusCode(),
                response.headers().firstValue(Replies.VERSION_HEADER).orElse(null),
                response.headers().firstValue("Retry-After").orElse(null),
                new byte[0]));
        try {
            return refused != null ? refused : new ExportReader(response.body(), EXPORT_LINE.toMillis(), sink).read();
        } finally {
            response.body().cancel();
        }
    }

    private <T> Answer<T> get(String path, List<Map.Entry<String, String>> parameters, Function<JsonNode, T> reader) {
        HttpRequest request = request(path, parameters).GET().build();
        return transport.exchange(request, deadline, MAX_ANSWER).then(reply -> Replies.read(reply, reader));
    }

    private HttpRequest.Builder request(String path, List<Map.Entry<String, String>> parameters) {
        String query = parameters.stream()
                .map(parameter -> encode(parameter.getKey()) + "=" + encode(parameter.getValue()))
                .collect(Collectors.joining("&"));
        return HttpRequest.newBuilder(URI.create(base + path + (query.isEmpty() ? "" : "?" + query)))
                .header("Authorization", authorization)
                .header("Accept", "application/json, application/x-ndjson, application/problem+json");
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        transport.close();
    }
}
