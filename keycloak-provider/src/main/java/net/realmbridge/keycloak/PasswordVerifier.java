package net.realmbridge.keycloak;

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
import org.keycloak.storage.StorageId;

/** Has the bridge check a password. */
final class PasswordVerifier {
    private static final Logger LOG = Logger.getLogger(PasswordVerifier.class);

    private final KeycloakSession session;
    private final BridgeRuntime runtime;
    private final SessionBridge bridge;

    PasswordVerifier(KeycloakSession session, BridgeRuntime runtime, SessionBridge bridge) {
        this.session = session;
        this.runtime = runtime;
        this.bridge = bridge;
    }

    /** @throws jakarta.ws.rs.WebApplicationException if it can't be checked; "no" would count towards a lock-out */
    boolean verify(RealmModel realm, UserModel user, String password) {
        if (password == null || password.isEmpty()) {
            return false;
        }
        String id = StorageId.externalId(user.getId());
        Answer<PasswordCheck> answer = bridge.call(client -> client.verifyPassword(id, password));
        if (answer instanceof Answer.Found<PasswordCheck> found) {
            boolean right = PasswordCheck.VALID.equals(found.value().result());
            if (!right) {
                dropLocalPasswords(user);
            }
            // A right password of an inactive user: the news of the deactivation is still on its way to this node.
            return right && found.value().enabled();
        }
        if (answer instanceof Answer.Absent<PasswordCheck>) {
            return false;
        }
        throw KeycloakInternals.passwordNotChecked(session, realm, user);
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
