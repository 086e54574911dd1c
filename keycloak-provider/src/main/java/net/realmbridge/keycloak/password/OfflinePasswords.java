package net.realmbridge.keycloak.password;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntUnaryOperator;

import net.realmbridge.keycloak.client.Outage;
import net.realmbridge.keycloak.config.BridgeConfig;
import net.realmbridge.keycloak.imports.UserImporter;
import net.realmbridge.keycloak.runtime.AfterCommit;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import org.jboss.logging.Logger;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.PasswordPolicy;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;

/**
 * Hashes of passwords that the bridge has confirmed, accepted while it can't be asked. They are kept in Keycloak's own table of
 * credentials, so that they go with the user.
 */
public final class OfflinePasswords {
    private static final Logger LOG = Logger.getLogger(OfflinePasswords.class);

    /**
     * Here the bridge, or the source behind it, is out of reach. A switched-off directory is somebody's decision, and a request
     * that was interrupted or had to queue is none of the bridge's failures: neither opens this door.
     */
    private static final Set<Outage> OUT_OF_REACH = Set.of(Outage.UNREACHABLE, Outage.TIMEOUT, Outage.UNAUTHORIZED, Outage.OVERLOADED,
            Outage.WRONG_VERSION, Outage.BAD_ANSWER, Outage.SOURCE_UNAVAILABLE, Outage.SUSPENDED);

    private final KeycloakSession session;
    private final RealmModel realm;
    private final BridgeConfig config;

    public OfflinePasswords(KeycloakSession session, RealmModel realm, BridgeConfig config) {
        this.session = session;
        this.realm = realm;
        this.config = config;
    }

    static boolean isOutOfReach(Outage outage) {
        return OUT_OF_REACH.contains(outage);
    }

    /**
     * The bridge has called the password valid. The hash is made after the login's transaction, and only where the user is still
     * as the bridge saw it: a change that was applied meanwhile may have been a new password.
     */
    void confirmed(UserModel user, String password, String version) {
        String userId = user.getId();
        if (!config.keepsOfflinePasswords()) {
            // Left over from before, which syncs clean up too: worth a look into Keycloak's cache, but no query at each login.
            if (!rows(user).isEmpty()) {
                refused(userId);
            }
            return;
        }
        UserModel local = local(userId);
        OfflineHash kept = local == null ? null : read(local);
        if (local == null || kept != null && kept.isCurrent(version, System.currentTimeMillis())) {
            return;
        }
        KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
        String realmId = realm.getId();
        AfterCommit.run(session, () -> {
            try {
                KeycloakInternals.inTransaction(factory, realmId, (nested, nestedRealm) -> {
                    new OfflinePasswords(nested, nestedRealm, config).keep(userId, password, version);
                    return null;
                });
            } catch (RuntimeException e) {
                // The login itself is done; the next one tries again.
                LOG.debugf(e, "%s: no offline password was kept for user %s", config.name(), userId);
            }
        });
    }

    private void keep(String userId, String password, String version) {
        PasswordPolicy policy = realm.getPasswordPolicy();
        PasswordCredentialModel hash = hasher(policy).encodedCredential(password, policy.getHashIterations());
        UserModel local = lock(userId);
        if (local != null && local.isEnabled() && UserImporter.isAt(local, version)) {
            wipe(local);
            local.credentialManager().createStoredCredential(OfflineHash.of(hash, version, System.currentTimeMillis()).toRow());
            KeycloakInternals.evict(session, realm, local);
        }
    }

    private PasswordHashProvider hasher(PasswordPolicy policy) {
        PasswordHashProvider chosen = policy.getHashAlgorithm() == null ? null
                : session.getProvider(PasswordHashProvider.class, policy.getHashAlgorithm());
        return chosen != null ? chosen : session.getProvider(PasswordHashProvider.class);
    }

    /**
     * The bridge can't be asked. The attempt is counted before it is made, in a transaction of its own, because neither many
     * attempts at once nor the rollback of a failed login may save an attempt from being counted.
     */
    boolean accepts(String userId, String password) {
        UserModel local = local(userId);
        if (local == null || !local.isEnabled()) {
            return false;
        }
        OfflineHash kept = read(local);
        if (kept == null) {
            return false;
        }
        if (!config.keepsOfflinePasswords() || kept.isTooOld(config.offlinePasswordMaxAge(), System.currentTimeMillis())) {
            refused(userId);
            return false;
        }
        if (!kept.mayBeGuessed() || !separately(other -> other.countGuess(userId, kept.id()))) {
            return false;
        }
        PasswordHashProvider hasher = session.getProvider(PasswordHashProvider.class, kept.password().getPasswordCredentialData().getAlgorithm());
        if (hasher == null || !hasher.verify(password, kept.password())) {
            return false;
        }
        separately(other -> other.writeGuesses(userId, kept.id(), guesses -> 0));
        return true;
    }

    private boolean countGuess(String userId, String hashId) {
        return writeGuesses(userId, hashId, guesses -> guesses + 1);
    }

    private boolean writeGuesses(String userId, String hashId, IntUnaryOperator change) {
        UserModel local = KeycloakInternals.lockCredential(session, hashId) ? local(userId) : null;
        OfflineHash kept = local == null ? null : read(local);
        if (kept == null || !kept.id().equals(hashId)) {
            return false;
        }
        int guesses = change.applyAsInt(kept.guesses());
        if (guesses > OfflineHash.MAX_GUESSES) {
            return false;
        }
        local.credentialManager().updateStoredCredential(kept.withGuesses(guesses).toRow());
        return true;
    }

    private interface Work {
        boolean on(OfflinePasswords other);
    }

    private boolean separately(Work work) {
        return Boolean.TRUE.equals(KeycloakInternals.inTransaction(session.getKeycloakSessionFactory(), realm.getId(),
                (nested, nestedRealm) -> work.on(new OfflinePasswords(nested, nestedRealm, config))));
    }

    /**
     * The bridge has refused a login, or has a user whom Keycloak can't take over as it is now. In a transaction of its own: the
     * request's must not keep the user's row locked, since Keycloak may write it elsewhere, as it does to count the failure.
     */
    public void refused(String userId) {
        UserModel local = local(userId);
        if (local != null && !rows(local).isEmpty()) {
            separately(other -> other.wipe(other.local(userId)));
        }
    }

    /** Forgets a user's hash: it may be of a password that isn't valid any more. */
    public boolean wipe(String userId) {
        return wipe(lock(userId));
    }

    private boolean wipe(UserModel local) {
        List<CredentialModel> rows = local == null ? List.of() : rows(local);
        rows.forEach(row -> local.credentialManager().removeStoredCredentialById(row.getId()));
        if (!rows.isEmpty()) {
            KeycloakInternals.evict(session, realm, local);
        }
        return !rows.isEmpty();
    }

    /** Forgets those of all users of the component: what is too old, or everything if none are kept. */
    public void clear() {
        long before = config.keepsOfflinePasswords()
                ? System.currentTimeMillis() - config.offlinePasswordMaxAge().toMillis()
                : Long.MAX_VALUE;
        clear(session, config, before);
    }

    public static void clearAll(KeycloakSession session, BridgeConfig config) {
        clear(session, config, Long.MAX_VALUE);
    }

    private static void clear(KeycloakSession session, BridgeConfig config, long before) {
        int cleared = KeycloakInternals.deleteCredentials(session, config.realmId(), config.componentId(), OfflineHash.TYPE, before);
        if (cleared > 0) {
            LOG.infof("%s: %d offline passwords removed", config.name(), cleared);
        }
    }

    private static OfflineHash read(UserModel local) {
        return rows(local).stream().map(OfflineHash::read).filter(Objects::nonNull).findFirst().orElse(null);
    }

    private static List<CredentialModel> rows(UserModel local) {
        return local.credentialManager().getStoredCredentialsByTypeStream(OfflineHash.TYPE).toList();
    }

    /** The copy in the database: the cache may hold credentials that another node has removed. */
    private UserModel local(String userId) {
        UserModel local = KeycloakInternals.localUsers(session).getUserById(realm, userId);
        return local != null && config.componentId().equals(local.getFederationLink()) ? local : null;
    }

    /** Keeps other transactions from this user's hash until this one ends. */
    private UserModel lock(String userId) {
        return KeycloakInternals.lockUser(session, userId) ? local(userId) : null;
    }
}
