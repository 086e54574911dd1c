package net.realmbridge.keycloak;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.client.Outage;
import net.realmbridge.keycloak.imports.ImportedUser;
import net.realmbridge.keycloak.imports.Outcome;
import net.realmbridge.keycloak.imports.UserImporter;
import net.realmbridge.keycloak.password.OfflinePasswords;
import net.realmbridge.keycloak.runtime.AfterCommit;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import net.realmbridge.keycloak.runtime.SessionBridge;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/** Lookup and validation of users who are copied into Keycloak's database. */
final class ImportedUsers {
    private final KeycloakSession session;
    private final BridgeRuntime runtime;
    private final SessionBridge bridge;
    /** Ids that were looked at in this session, see {@link #validate}. */
    private final Set<String> decided = new HashSet<>();
    private boolean asked;

    ImportedUsers(KeycloakSession session, BridgeRuntime runtime, SessionBridge bridge) {
        this.session = session;
        this.runtime = runtime;
        this.bridge = bridge;
    }

    /**
     * Imports a user whom Keycloak doesn't know yet. In an outage the answer is null: Keycloak goes on to the next provider just
     * as it does for a StorageUnavailableException, but without a stack trace in the log for every mistyped name.
     */
    UserModel lookup(RealmModel realm, Function<SessionBridge, Answer<BridgeUser>> call, String key) {
        if (runtime.absent().isFresh(key)) {
            return null;
        }
        Answer<BridgeUser> answer = call.apply(bridge);
        if (answer instanceof Answer.Absent<BridgeUser>) {
            runtime.absent().mark(key);
            return null;
        }
        Outage.rethrowInterrupt(answer);
        return answer instanceof Answer.Found<BridgeUser> found ? imported(realm, found.value()) : null;
    }

    /**
     * At each login Keycloak takes what looks like an e-mail address for one, before it tries it as a username. While the feed holds
     * its lease, nobody has the address whom Keycloak doesn't know yet; a name that it does know as a username is answered by that,
     * and costs the bridge no question. A login asks twice, and users sign in again, so the name is remembered: should its user
     * lose it, the feed brings whoever has the address now.
     */
    UserModel byEmail(RealmModel realm, String email) {
        if (runtime.lease().isHeld() && isUsername(realm, email)) {
            return null;
        }
        return lookup(realm, bridge -> bridge.userByEmail(email), "email:" + email);
    }

    private boolean isUsername(RealmModel realm, String name) {
        String key = name.toLowerCase(Locale.ROOT);
        if (runtime.usernames().isFresh(key)) {
            return true;
        }
        boolean known = KeycloakInternals.localUsers(session).getUserByUsername(realm, name) != null;
        if (known) {
            runtime.usernames().mark(key);
        }
        return known;
    }

    private UserModel imported(RealmModel realm, BridgeUser remote) {
        if (UserImporter.hasWrittenIn(session)) {
            // The user may have got the name from the one who was validated just now, whose row is locked until this session ends.
            // The next request finds that row written, and imports.
            return null;
        }
        Outcome outcome;
        try {
            outcome = importSeparately(realm, remote);
        } catch (RuntimeException e) {
            // Another thread or node may have imported the same user at the same time; then the second attempt finds it.
            outcome = importSeparately(realm, remote);
        }
        if (outcome == null || outcome == Outcome.CONFLICT) {
            return null;
        }
        runtime.validated().mark(remote.id());
        UserModel local = KeycloakInternals.localUsers(session).getUserById(realm, remote.id());
        return local == null ? null : new ImportedUser(local, runtime.config().componentId(), runtime.mapping(session, realm), false);
    }

    /** In a transaction of its own: a failing import must not take the login, or another provider's user, down with it. */
    private Outcome importSeparately(RealmModel realm, BridgeUser remote) {
        return KeycloakInternals.inTransaction(session.getKeycloakSessionFactory(), realm.getId(), (nested, nestedRealm) ->
                new UserImporter(nested, nestedRealm, runtime.config(), runtime.mapping(nested, nestedRealm), runtime.conflicts()).upsert(remote));
    }

    /**
     * Null, which removes the user, only when the bridge has declared it absent. It asks the bridge for no more than one user in a
     * session, so that a list of a hundred doesn't make a hundred calls, and for none while the feed holds its lease or where copies
     * are being written. Whoever was let through once is let through until the session ends, although the lease may run out: the
     * session may have written the user's row since, and the removal, which is another transaction's, would wait for that for ever.
     */
    UserModel validate(RealmModel realm, UserModel local) {
        String id = local.getId();
        if (!decided.add(id) || asked || UserImporter.writesIn(session) || runtime.lease().isHeld() || runtime.validated().isFresh(id)) {
            return known(realm, local, false);
        }
        asked = true;
        Answer<BridgeUser> answer = bridge.userById(id);
        if (answer instanceof Answer.Absent<BridgeUser>) {
            return null;
        }
        if (answer instanceof Answer.Found<BridgeUser> found) {
            Outcome outcome = new UserImporter(session, realm, runtime.config(), runtime.mapping(session, realm), runtime.conflicts())
                    .upsert(found.value());
            if (outcome == Outcome.UNCHANGED) {
                runtime.validated().mark(id);
            } else {
                // The feed will find nothing new, so it is here that a changed password may be the news.
                forgetPassword(realm, id);
                AfterCommit.run(session, () -> runtime.validated().mark(id));
            }
            return known(realm, local, false);
        }
        boolean switchedOff = answer instanceof Answer.Unavailable<BridgeUser> unavailable
                && unavailable.outage() == Outage.DIRECTORY_DISABLED;
        return known(realm, local, !switchedOff);
    }

    /** A session that has written nothing is not to lock the user's row either, see {@link UserImporter#hasWrittenIn}. */
    private void forgetPassword(RealmModel realm, String id) {
        OfflinePasswords passwords = new OfflinePasswords(session, realm, runtime.config());
        if (UserImporter.hasWrittenIn(session)) {
            passwords.wipe(id);
        } else {
            passwords.refused(id);
        }
    }

    private UserModel known(RealmModel realm, UserModel local, boolean offline) {
        return new ImportedUser(local, runtime.config().componentId(), runtime.mapping(session, realm), offline || runtime.health().isDown());
    }
}
