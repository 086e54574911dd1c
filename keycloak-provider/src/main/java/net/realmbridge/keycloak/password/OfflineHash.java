package net.realmbridge.keycloak.password;

import java.io.IOException;
import java.time.Duration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * The hash of a password that the bridge has confirmed, as it is stored. Its type is one that no login form, no account page
 * and no password policy of Keycloak knows, so that nothing but this package ever accepts it.
 *
 * @param version the bridge's version of the user when it confirmed the password
 * @param guesses logins that have been tried against the hash since it last fitted or was confirmed
 * @param confirmedAt in milliseconds since 1970
 */
record OfflineHash(String id, PasswordCredentialModel password, String version, int guesses, long confirmedAt) {
    static final String TYPE = "realmbridge-offline-password";

    /** Hashing is slow on purpose, so a login pays for it once a day, and when the user has changed at the bridge. */
    private static final Duration RENEWED_AFTER = Duration.ofDays(1);
    static final int MAX_GUESSES = 5;
    private static final String LABEL = "Offline password (Realmbridge)";
    private static final ObjectMapper JSON = new ObjectMapper();

    static OfflineHash of(PasswordCredentialModel password, String version, long now) {
        return new OfflineHash(null, password, version, 0, now);
    }

    /** @return {@code null} if somebody else has written the row */
    static OfflineHash read(CredentialModel row) {
        try {
            JsonNode data = JSON.readTree(row.getCredentialData());
            if (!data.path("hash").isObject() || !data.path("version").isTextual() || row.getCreatedDate() == null) {
                return null;
            }
            CredentialModel password = new CredentialModel();
            password.setCredentialData(data.get("hash").toString());
            password.setSecretData(row.getSecretData());
            return new OfflineHash(row.getId(), PasswordCredentialModel.createFromCredentialModel(password), data.get("version").asText(),
                    data.path("guesses").asInt(MAX_GUESSES), row.getCreatedDate());
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    CredentialModel toRow() {
        CredentialModel row = new CredentialModel();
        row.setId(id);
        row.setType(TYPE);
        row.setUserLabel(LABEL);
        row.setCreatedDate(confirmedAt);
        row.setSecretData(password.getSecretData());
        row.setCredentialData(data());
        return row;
    }

    private String data() {
        try {
            ObjectNode data = JSON.createObjectNode().put("version", version).put("guesses", guesses);
            data.set("hash", JSON.readTree(password.getCredentialData()));
            return data.toString();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    OfflineHash withGuesses(int count) {
        return new OfflineHash(id, password, version, count, confirmedAt);
    }

    /** Whether a password that was just confirmed for this version needs no new hash. */
    boolean isCurrent(String confirmedVersion, long now) {
        return guesses == 0 && version.equals(confirmedVersion) && now - confirmedAt < RENEWED_AFTER.toMillis();
    }

    boolean isTooOld(Duration maxAge, long now) {
        return now - confirmedAt > maxAge.toMillis();
    }

    boolean mayBeGuessed() {
        return guesses < MAX_GUESSES;
    }
}
