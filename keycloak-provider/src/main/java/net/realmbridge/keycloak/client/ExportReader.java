package net.realmbridge.keycloak.client;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

/** Reads an export and finds out whether it is complete. */
final class ExportReader {
    private final LineBody body;
    private final long lineMillis;
    private final ExportSink sink;
    private String cursor;
    private int users;
    private int groups;

    ExportReader(LineBody body, long lineMillis, ExportSink sink) {
        this.body = body;
        this.lineMillis = lineMillis;
        this.sink = sink;
    }

    Answer<String> read() {
        try {
            byte[] line;
            while ((line = body.nextLine(lineMillis)) != null) {
                if (line.length == 0) {
                    continue;
                }
                JsonNode json = Replies.parse(line);
                String kind = json.path("kind").asText("");
                if (cursor == null && !"header".equals(kind)) {
                    return Replies.bad("the export doesn't begin with its header");
                }
                switch (kind) {
                    case "header" -> header(json);
                    case "group" -> group(json);
                    case "user" -> user(json);
                    case "end" -> {
                        return end(json);
                    }
                    default -> {
                        // A later version of the bridge may add kinds; they aren't counted.
                    }
                }
            }
            return Replies.bad("the export was cut off");
        } catch (IOException | IllegalArgumentException e) {
            return Replies.bad("the export was cut off: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Answer.unavailable(Outage.INTERRUPTED, "interrupted during an export");
        }
    }

    private void header(JsonNode json) {
        cursor = json.path("cursor").asText("");
        if (json.path("attributes").isArray()) {
            List<String> names = new ArrayList<>();
            json.path("attributes").forEach(name -> names.add(name.asText()));
            sink.mappedAttributes(names);
        }
    }

    private void group(JsonNode json) {
        BridgeGroup group = Replies.group(json.path("group"));
        if (group == null) {
            throw new IllegalArgumentException("a group line is not what the API describes");
        }
        groups++;
        sink.group(group);
    }

    private void user(JsonNode json) {
        if ("present".equals(json.path("state").asText())) {
            BridgeUser user = Replies.user(json.path("user"));
            if (user == null) {
                throw new IllegalArgumentException("a user line is not what the API describes");
            }
            users++;
            sink.user(user);
        } else {
            String id = json.path("id").asText("");
            if (!Ids.isUuid(id)) {
                throw new IllegalArgumentException("a user line has no id");
            }
            users++;
            sink.readOnly(id);
        }
    }

    private Answer<String> end(JsonNode json) {
        if (json.path("users").asInt(-1) != users || json.path("groups").asInt(-1) != groups || cursor.isEmpty()) {
            return Replies.bad("the export's counts differ from what came");
        }
        return Answer.found(cursor);
    }
}
