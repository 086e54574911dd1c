package net.realmbridge.keycloak.imports;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.client.IdentityLink;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * Links users to their accounts at the identity provider that their directory is bound to, so that single sign-on finds them. Links
 * to other identity providers are left alone. A subject belongs to one user: who is linked to it keeps it as long as the bridge
 * says so, or for good if the bridge did not make the link. One instance serves one session.
 */
public final class IdentityLinks {
    /** Alias of the identity provider that the user was linked to by the bridge's binding. */
    public static final String MARKER = "realmbridge.identityProvider";

    private final KeycloakSession session;
    private final RealmModel realm;
    private final Map<String, Boolean> providers = new HashMap<>();
    private final Map<String, Set<String>> taken = new HashMap<>();
    private final Set<String> linked = new HashSet<>();

    public IdentityLinks(KeycloakSession session, RealmModel realm) {
        this.session = session;
        this.realm = realm;
    }

    private boolean hasProvider(String alias) {
        return providers.computeIfAbsent(alias, name -> session.identityProviders().getByAlias(name) != null);
    }

    /** Finds out in one query for each identity provider which subjects of new users somebody has. */
    void prepare(List<BridgeUser> rows) {
        taken.clear();
        rows.stream().map(BridgeUser::identityLink).filter(link -> link != null && hasProvider(link.provider()))
                .collect(Collectors.groupingBy(IdentityLink::provider, Collectors.mapping(IdentityLink::subject, Collectors.toSet())))
                .forEach((provider, subjects) -> taken.put(provider,
                        new HashSet<>(KeycloakInternals.subjectHolders(session, realm.getId(), provider, subjects).keySet())));
    }

    /** Remembers at a user to which identity provider the link was made here. */
    public interface Mark {
        String get();

        void set(String provider);

        void remove();
    }

    private record AttributeMark(UserModel user) implements Mark {
        @Override
        public String get() {
            return user.getFirstAttribute(MARKER);
        }

        @Override
        public void set(String provider) {
            user.setSingleAttribute(MARKER, provider);
        }

        @Override
        public void remove() {
            user.removeAttribute(MARKER);
        }
    }

    /**
     * For a user who has just been added in a batch; {@link #markNew} must follow.
     *
     * @return false when somebody else is linked to the subject
     */
    boolean linkNew(UserModel newUser, BridgeUser remote) {
        IdentityLink wanted = remote.identityLink();
        if (wanted == null || !hasProvider(wanted.provider())) {
            return true;
        }
        if (!taken.computeIfAbsent(wanted.provider(), provider -> new HashSet<>()).add(wanted.subject())) {
            return false;
        }
        KeycloakInternals.linkNewUser(session, realm, newUser, model(wanted));
        linked.add(remote.id());
        return true;
    }

    void markNew(UserModel newUser, BridgeUser remote) {
        if (linked.contains(remote.id())) {
            newUser.setSingleAttribute(MARKER, remote.identityLink().provider());
        }
    }

    /** @return false when somebody else is linked to the subject, who may lose it later in the same run */
    boolean reconcile(UserModel user, BridgeUser remote) {
        return reconcile(user, remote.identityLink(), new AttributeMark(user));
    }

    /** @param wanted {@code null} takes the link away that was made here */
    public boolean reconcile(UserModel user, IdentityLink wanted, Mark mark) {
        String made = mark.get();
        if (made != null && (wanted == null || !made.equals(wanted.provider()))) {
            unlink(user, made, mark);
        }
        if (wanted == null || !hasProvider(wanted.provider())) {
            return true;
        }
        FederatedIdentityModel now = session.users().getFederatedIdentity(realm, user, wanted.provider());
        if (now != null && wanted.subject().equals(now.getUserId())) {
            return true;
        }
        if (now != null) {
            // Whoever has that account now, it isn't this user any more.
            unlink(user, wanted.provider(), mark);
        }
        String holder = KeycloakInternals.subjectHolders(session, realm.getId(), wanted.provider(), Set.of(wanted.subject()))
                .get(wanted.subject());
        if (holder != null && !holder.equals(user.getId())) {
            return false;
        }
        session.users().addFederatedIdentity(realm, user, model(wanted));
        mark.set(wanted.provider());
        return true;
    }

    private void unlink(UserModel user, String provider, Mark mark) {
        if (session.users().getFederatedIdentity(realm, user, provider) != null) {
            session.users().removeFederatedIdentity(realm, user, provider);
        }
        mark.remove();
    }

    /** Why a user is not linked whose {@link #reconcile} was refused. */
    public static String refusal(BridgeUser remote) {
        return "User " + remote.id() + " is not linked to identity provider " + remote.identityLink().provider()
                + ": another user is linked to the same subject";
    }

    /**
     * Those of the users whose subject nobody else is linked to, found out in one query for each identity provider.
     *
     * @param ownId Keycloak's id of a user of the bridge
     */
    public List<BridgeUser> withFreeSubject(List<BridgeUser> users, UnaryOperator<String> ownId) {
        Map<String, Map<String, String>> holders = new HashMap<>();
        users.stream().map(BridgeUser::identityLink)
                .collect(Collectors.groupingBy(IdentityLink::provider, Collectors.mapping(IdentityLink::subject, Collectors.toSet())))
                .forEach((provider, subjects) -> holders.put(provider,
                        KeycloakInternals.subjectHolders(session, realm.getId(), provider, subjects)));
        return users.stream().filter(user -> {
            String holder = holders.get(user.identityLink().provider()).get(user.identityLink().subject());
            return holder == null || holder.equals(ownId.apply(user.id()));
        }).toList();
    }

    private static FederatedIdentityModel model(IdentityLink link) {
        return new FederatedIdentityModel(link.provider(), link.subject(), link.username());
    }
}
