package net.realmbridge.keycloak.password;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.PasswordCheck;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import net.realmbridge.keycloak.runtime.SessionBridge;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import org.jboss.logging.Logger;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.storage.StorageId;

/** Has the bridge check a password; while it can't, and if the component wants that, a hash of the last one it has confirmed. */
public final class PasswordVerifier {
    /** Tells in the user's session, for mappers to put into tokens, that the bridge has not confirmed the password. */
    static final String OFFLINE_NOTE = "realmbridge.offlinePassword";
    /** The same for what the directory says of a password that it took: how often it is still taken, and when it expires. */
    static final String GRACE_LOGINS_NOTE = "realmbridge.passwordGraceLogins";
    static final String EXPIRES_NOTE = "realmbridge.passwordExpiresInSeconds";

    private static final Logger LOG = Logger.getLogger(PasswordVerifier.class);

    private final KeycloakSession session;
    private final BridgeRuntime runtime;
    private final SessionBridge bridge;

    public PasswordVerifier(KeycloakSession session, BridgeRuntime runtime, SessionBridge bridge) {
        this.session = session;
        this.runtime = runtime;
        this.bridge = bridge;
    }

    /**
     * @throws jakarta.ws.rs.WebApplicationException if it can't be checked, or is right and of no use; "no" would count towards a
     *     lock-out
     */
    public boolean verify(RealmModel realm, UserModel user, String password) {
        if (password == null || password.isEmpty()) {
            return false;
        }
        String id = StorageId.externalId(user.getId());
        OfflinePasswords offline = StorageId.isLocalStorage(user.getId()) ? new OfflinePasswords(session, realm, runtime.config()) : null;
        Answer<PasswordCheck> answer = bridge.call(client -> client.verifyPassword(id, password));
        if (answer instanceof Answer.Unavailable<PasswordCheck> unavailable) {
            if (offline != null && OfflinePasswords.isOutOfReach(unavailable.outage()) && offline.accepts(id, password)) {
                tellOfflineLogin(realm, id, unavailable.detail());
                return true;
            }
            throw KeycloakInternals.passwordNotChecked(session, realm, user);
        }
        PasswordCheck check = answer instanceof Answer.Found<PasswordCheck> found ? found.value() : PasswordCheck.NOBODY;
        if (!PasswordCheck.VALID.equals(check.result())) {
            dropLocalPasswords(user);
        } else if (check.enabled()) {
            if (offline != null) {
                offline.confirmed(user, password, check.version());
            }
            noteInSession(GRACE_LOGINS_NOTE, check.graceLogins());
            noteInSession(EXPIRES_NOTE, check.passwordExpiresInSeconds());
            return true;
        }
        // Also for a right password of an inactive user: the news of the deactivation is still on its way to this node.
        if (offline != null) {
            offline.refused(id);
        }
        PasswordRefusal refusal = PasswordRefusal.of(check);
        if (refusal != null) {
            throw KeycloakInternals.loginRefused(session, realm, user, refusal.reason(), refusal.messageKey(), refusal.message());
        }
        return false;
    }

    private void tellOfflineLogin(RealmModel realm, String userId, String outage) {
        LOG.infof("%s: user %s logs in with the offline password, since the bridge can't be asked: %s", runtime.config().name(), userId, outage);
        runtime.metrics().offlineLogin();
        noteInSession(OFFLINE_NOTE, Boolean.TRUE);
        KeycloakInternals.userAction(session, realm, "users/" + userId + "/realmbridge-offline-login");
    }

    private void noteInSession(String name, Object value) {
        AuthenticationSessionModel login = session.getContext().getAuthenticationSession();
        if (login != null && value != null) {
            login.setUserSessionNote(name, value.toString());
        }
    }

    /**
     * After a "no" from here Keycloak tries a password of its own. There should be none, since writing one is refused, but a user
     * who was local before, or a realm import, may have brought one, and it would outlive every change at the bridge.
     */
    private void dropLocalPasswords(UserModel user) {
        for (CredentialModel credential : user.credentialManager().getStoredCredentialsByTypeStream(PasswordCredentialModel.TYPE).toList()) {
            LOG.warnf("%s: a password kept in Keycloak for user %s is removed; the bridge alone checks this user's password",
                    runtime.config().name(), user.getId());
            user.credentialManager().removeStoredCredentialById(credential.getId());
        }
    }
}
