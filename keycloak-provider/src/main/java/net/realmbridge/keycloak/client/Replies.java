package net.realmbridge.keycloak.client;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** Reads the bridge's answers. The rule of absence lives here and nowhere else. */
final class Replies {
    static final String VERSION_HEADER = "Realmbridge-Api";
    static final String VERSION = "1";

    private static final ObjectMapper JSON = new ObjectMapper()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);

    private Replies() {
    }

    private static final int MAX_RETRY_AFTER = 60;

    /** A status, the values of two headers or {@code null}, and the body. */
    record Reply(int status, String version, String retryAfter, byte[] body) {
    }

    static <T> Answer<T> read(Reply reply, Function<JsonNode, T> reader) {
        Answer<T> refused = refusal(reply);
        if (refused != null) {
            return refused;
        }
        try {
            JsonNode json = JSON.readTree(reply.body());
            T value = json == null || !json.isObject() ? null : reader.apply(json);
            return value == null ? bad("the answer is not what the API describes") : Answer.found(value);
        } catch (IOException | IllegalArgumentException e) {
            return bad("the answer is not valid JSON");
        }
    }

    /** @return {@code null} when the reply is a 200 of this API version */
    static <T> Answer<T> refusal(Reply reply) {
        int status = reply.status();
        String version = reply.version();
        if (status == 401 || status == 403) {
            // Asked before the version: a gateway in front of the bridge refuses without our header.
            return Answer.unavailable(Outage.UNAUTHORIZED, "the bridge refused the token (status " + status + ")");
        }
        if (status == 429 || status == 503) {
            return new Answer.Unavailable<>(Outage.OVERLOADED, "the bridge can't answer now (status " + status + ")", wait(reply.retryAfter()));
        }
        if (version == null) {
            return status < 500
                    ? Answer.unavailable(Outage.WRONG_VERSION, "no Realmbridge server answers at this address (status " + status + ")")
                    : bad("status " + status);
        }
        if (!VERSION.equals(version.trim())) {
            return Answer.unavailable(Outage.WRONG_VERSION,
                    "the bridge speaks version " + printable(version) + " of the user-storage API, this provider version " + VERSION);
        }
        if (status == 200) {
            return null;
        }
        String code = code(reply.body());
        return switch (status) {
            case 404 -> "user_absent".equals(code) || "group_absent".equals(code)
                    ? Answer.absent()
                    : bad("status 404 without a proof of absence");
            case 409 -> "directory_disabled".equals(code)
                    ? Answer.unavailable(Outage.DIRECTORY_DISABLED, "the user's directory is switched off")
                    : bad("status 409");
            case 410 -> Answer.unavailable(Outage.CURSOR_EXPIRED, "the feed can't go on from the stored cursor");
            case 400, 413 -> Answer.unavailable(Outage.BAD_REQUEST, "the bridge refused the request (" + status + " " + printable(code) + ")");
            default -> bad("status " + status);
        };
    }

    /** Seconds, as the bridge sends them; a date, or a wish to be left alone for hours, is not followed. */
    private static Duration wait(String retryAfter) {
        return retryAfter != null && retryAfter.matches("\\d{1,4}")
                ? Duration.ofSeconds(Math.min(MAX_RETRY_AFTER, Integer.parseInt(retryAfter)))
                : Duration.ZERO;
    }

    static <T> Answer<T> bad(String detail) {
        return Answer.unavailable(Outage.BAD_ANSWER, detail);
    }

    static JsonNode parse(byte[] line) throws IOException {
        return JSON.readTree(line);
    }

    static byte[] write(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static <T> T value(JsonNode json, Class<T> type) {
        try {
            return JSON.treeToValue(json, type);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }

    static BridgeUser user(JsonNode json) {
        BridgeUser user = value(json, BridgeUser.class);
        return user != null && user.isUsable() ? user : null;
    }

    static BridgeGroup group(JsonNode json) {
        BridgeGroup group = value(json, BridgeGroup.class);
        return group != null && group.isUsable() ? group : null;
    }

    static List<BridgeUser> users(JsonNode json) {
        if (!json.path("users").isArray()) {
            return null;
        }
        List<BridgeUser> users = new ArrayList<>();
        for (JsonNode node : json.path("users")) {
            BridgeUser user = user(node);
            if (user == null) {
                return null;
            }
            users.add(user);
        }
        return users;
    }

    static Changes changes(JsonNode json) {
        Changes changes = value(json, Changes.class);
        return changes == null || changes.cursor() == null || changes.cursor().isEmpty() ? null : changes;
    }

    private static String code(byte[] body) {
        try {
            JsonNode json = JSON.readTree(body);
            return json == null ? "" : json.path("code").asText("");
        } catch (IOException e) {
            return "";
        }
    }

    /** Foreign text goes to the log only short and without line breaks. */
    private static String printable(String text) {
        String clean = text.replaceAll("[^\\x20-\\x7e]", "?");
        return clean.length() > 40 ? clean.substring(0, 40) : clean;
    }
}
