package net.realmbridge.keycloak.feed;

import java.time.Duration;

import net.realmbridge.keycloak.client.Change;
import net.realmbridge.keycloak.metrics.Metrics.Leaver;
import net.realmbridge.keycloak.runtime.AfterCommit;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;

/** Whom a change puts out, and how long that took. */
final class Leavers {
    private static final Logger LOG = Logger.getLogger(Leavers.class);
    private static final String PASSWORD_CHANGED = "user.password_changed";
    private static final String DEACTIVATED = "user.deactivated";

    private final BridgeRuntime runtime;

    Leavers(BridgeRuntime runtime) {
        this.runtime = runtime;
    }

    /** Whether the user's sessions end, which for a mere change of the password is up to the component. */
    boolean endsSessions(Change change) {
        return endsSessions(change, runtime.config().passwordChangeEndsSessions());
    }

    static boolean endsSessions(Change change, boolean passwordChangeEndsSessions) {
        return change.endSessions() && (passwordChangeEndsSessions || why(change) != Leaver.PASSWORD_CHANGED);
    }

    /** Whether a password that was right may not be any more. */
    static boolean losesPassword(Change change) {
        return change.endSessions() || change.isAbsent() || change.user() != null && !change.user().enabled();
    }

    static Leaver why(Change change) {
        if (change.isAbsent()) {
            return Leaver.REMOVED;
        }
        boolean inactive = change.user() != null && !change.user().enabled();
        return inactive || change.reasons().contains(DEACTIVATED) || !change.reasons().contains(PASSWORD_CHANGED)
                ? Leaver.DEACTIVATED
                : Leaver.PASSWORD_CHANGED;
    }

    /** Logs and measures the end of a user's sessions, once it is in the database. */
    void tell(KeycloakSession session, Change change, String what) {
        tell(session, change.id(), why(change), what + " (" + String.join(", ", change.reasons()) + ")", change.at());
    }

    /** @param changedAt when the identity provider made the change, or {@code null} if that isn't known */
    void tell(KeycloakSession session, String userId, Leaver why, String what, Long changedAt) {
        AfterCommit.run(session, () -> {
            if (changedAt == null) {
                LOG.infof("%s: user %s %s", runtime.config().name(), userId, what);
                return;
            }
            Duration latency = Duration.ofMillis(System.currentTimeMillis() - changedAt);
            LOG.infof("%s: user %s %s, %d ms after the change", runtime.config().name(), userId, what, latency.toMillis());
            runtime.metrics().leaver(why, latency);
        });
    }
}
