package net.realmbridge.keycloak.imports;

import java.util.List;

import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;

/** Logs a user out everywhere. */
public final class Sessions {
    private Sessions() {
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
