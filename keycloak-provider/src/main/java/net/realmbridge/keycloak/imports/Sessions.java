package net.realmbridge.keycloak.imports;

import java.util.List;

import org.keycloak.common.util.Time;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;

/** Logs a user out everywhere. */
public final class Sessions {
    private Sessions() {
    }

    /**
     * Ends them for a user who stays. A refresh that is under way just now may write its session back after it was removed, so
     * tokens issued until now are refused besides; the second that is added makes up for their times having none below it.
     */
    public static int endForGood(KeycloakSession session, RealmModel realm, UserModel user) {
        session.users().setNotBeforeForUser(realm, user, Time.currentTime() + 1);
        return end(session, realm, user);
    }

    /** @return how many sessions were ended, offline ones included */
    public static int end(KeycloakSession session, RealmModel realm, UserModel user) {
        List<UserSessionModel> online = session.sessions().getUserSessionsStream(realm, user).toList();
        session.sessions().removeUserSessions(realm, user);
        List<UserSessionModel> offline = session.sessions().getOfflineUserSessionsStream(realm, user).toList();
        offline.forEach(offlineSession -> session.sessions().removeOfflineUserSession(realm, offlineSession));
        return online.size() + offline.size();
    }
}
