package net.realmbridge.keycloak.imports;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.config.BridgeConfig;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserManager;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;
import org.keycloak.models.cache.UserCache;
import org.keycloak.storage.UserStorageUtil;

/**
 * Writes the bridge's users into Keycloak's database. Importing the same state twice changes nothing. Keycloak's id is the
 * bridge's id, so that a token's subject survives deletion and re-import. One instance serves one session.
 */
public final class UserImporter {
    /** Marks a version as imported without its e-mail, so that the next sync tries again. */
    private static final String INCOMPLETE = "!";
    private static final String WRITING = UserImporter.class.getName();
    private static final String WRITTEN = WRITING + ".written";

    private final KeycloakSession session;
    private final RealmModel realm;
    private final BridgeConfig config;
    private final Mapping mapping;
    private final GroupMirror groups;
    private final OrganizationMembership organizations;
    private final IdentityLinks links;
    private final UserProvider users;
    private final Consumer<String> conflicts;
    private final List<BridgeUser> unlinked = new ArrayList<>();
    private Set<String> strangers = Set.of();

    /** @param conflicts told about each row that can't be imported as it is */
    public UserImporter(KeycloakSession session, RealmModel realm, BridgeConfig config, Mapping mapping, Consumer<String> conflicts) {
        this.session = session;
        this.realm = realm;
        this.config = config;
        this.mapping = mapping;
        this.groups = new GroupMirror(session, realm, config);
        this.organizations = new OrganizationMembership(session, realm);
        this.links = new IdentityLinks(session, realm);
        this.users = KeycloakInternals.localUsers(session);
        this.conflicts = conflicts;
        session.setAttribute(WRITING, true);
    }

    /**
     * Whether copies are written in this session. Keycloak looks users up on the way, to end their sessions for instance, and has
     * them validated. Whoever was declared absent then would be removed in another transaction, which waits for the row that is
     * written here, and so for ever.
     */
    public static boolean writesIn(KeycloakSession session) {
        return Boolean.TRUE.equals(session.getAttribute(WRITING));
    }

    /**
     * Whether a copy has been written in this session, which therefore holds locks until it ends. What then writes copies in another
     * transaction on the same thread may need one of these rows, or a name that one gives up, and would wait for ever.
     */
    public static boolean hasWrittenIn(KeycloakSession session) {
        return Boolean.TRUE.equals(session.getAttribute(WRITTEN));
    }

    public GroupMirror groups() {
        return groups;
    }

    /** The imported user of this id, or {@code null}; never a user of somebody else. */
    public UserModel find(String id) {
        UserModel user = users.getUserById(realm, id);
        return user != null && config.componentId().equals(user.getFederationLink()) ? user : null;
    }

    /**
     * Finds out in one query which of these rows meet nobody in Keycloak's database, by id, username or e-mail. A first import
     * consists of such rows, and three queries for each of them would be most of its time.
     */
    public void prepare(List<BridgeUser> rows) {
        strangers = Strangers.among(rows, (ids, usernames, emails) ->
                KeycloakInternals.holders(session, realm.getId(), ids, usernames, emails));
        links.prepare(rows);
    }

    /** Whether {@link #prepare} found nobody in this row's way. */
    public boolean isStranger(BridgeUser remote) {
        return strangers.contains(remote.id());
    }

    /** Adds users who meet nobody, all of them with one flush of the database. */
    public void addStrangers(List<BridgeUser> rows) {
        session.setAttribute(WRITTEN, true);
        Map<String, List<GroupModel>> memberships = new HashMap<>();
        // Before the batch: a group that isn't there yet must be seen by the next row.
        rows.forEach(row -> memberships.put(row.id(), groups.referred(row.groups())));
        organizations.prepare(rows);
        KeycloakInternals.inBatch(session, () -> {
            // Table by table, so that the rows of one table go to the database in one statement.
            Map<BridgeUser, UserModel> added = new LinkedHashMap<>();
            rows.forEach(row -> added.put(row, addStranger(row)));
            added.forEach((row, user) -> KeycloakInternals.grantDefaultRole(session, realm, user));
            added.forEach((row, user) -> KeycloakInternals.joinGroups(session, realm, user, memberships.get(row.id())));
            added.forEach((row, user) -> organizations.joinNew(user, row));
            added.forEach((row, user) -> {
                if (!links.linkNew(user, row)) {
                    leaveUnlinked(row);
                }
            });
            added.forEach((row, user) -> {
                addAttributes(user, row);
                organizations.markNew(user, row);
                links.markNew(user, row);
            });
        });
    }

    private UserModel addStranger(BridgeUser remote) {
        UserModel user = KeycloakInternals.addNewUser(session, realm, remote.id(), remote.username());
        startWithoutAttributes(user, remote);
        user.setEmail(remote.email() == null || remote.email().isBlank() ? null : remote.email());
        user.setEmailVerified(user.getEmail() != null && config.emailVerified());
        user.setFirstName(remote.firstName());
        user.setLastName(remote.lastName());
        return user;
    }

    private void addAttributes(UserModel user, BridgeUser remote) {
        startLocale(user, remote);
        mapping.attributes(remote).forEach(user::setAttribute);
        user.setSingleAttribute(Mapping.VERSION, remote.version());
    }

    public Outcome upsert(BridgeUser remote) {
        UserModel local = users.getUserById(realm, remote.id());
        if (local != null && !config.componentId().equals(local.getFederationLink())) {
            conflicts.accept("User " + remote.id() + " is not imported: its id belongs to a user who is not of this component");
            return Outcome.CONFLICT;
        }
        String realmOfId = local == null ? KeycloakInternals.realmOfUser(session, remote.id()) : null;
        if (realm.getId().equals(realmOfId)) {
            // Imported by another thread or node since it was looked up.
            return Outcome.UNCHANGED;
        }
        if (realmOfId != null) {
            conflicts.accept("Users are not imported whose ids are in use in another realm of this Keycloak:"
                    + " a directory can be imported into one realm only");
            return Outcome.CONFLICT;
        }
        if (local != null && remote.version().equals(local.getFirstAttribute(Mapping.VERSION))) {
            return Outcome.UNCHANGED;
        }
        if (local != null && (remote.version() + INCOMPLETE).equals(local.getFirstAttribute(Mapping.VERSION))
                && !claimEmail(remote.id(), remote.email())) {
            return Outcome.UNCHANGED;
        }
        if (!(local != null && remote.username().equalsIgnoreCase(local.getUsername())) && !claimUsername(remote)) {
            conflicts.accept("User " + remote.id() + " is not imported: its username is held by a user who is not of this component");
            if (local != null && !remote.enabled()) {
                lockOut(local);
            }
            return Outcome.CONFLICT;
        }
        boolean added = local == null;
        UserModel user = added ? add(remote) : local;
        write(user, remote, added);
        return added ? Outcome.ADDED : Outcome.UPDATED;
    }

    /** Whether the copy is of this version of the bridge's user. */
    public static boolean isAt(UserModel copy, String version) {
        String imported = copy.getFirstAttribute(Mapping.VERSION);
        return version != null && (version.equals(imported) || (version + INCOMPLETE).equals(imported));
    }

    /** Mends membership and link of a user who is otherwise as it should be; of another version, nothing is done. */
    public Outcome bind(BridgeUser remote) {
        UserModel user = find(remote.id());
        if (user == null || !isAt(user, remote.version())) {
            return Outcome.UNCHANGED;
        }
        bind(user, remote);
        evict(user);
        return Outcome.UNCHANGED;
    }

    private void bind(UserModel user, BridgeUser remote) {
        organizations.reconcile(user, remote);
        if (!links.reconcile(user, remote)) {
            leaveUnlinked(remote);
        }
    }

    /** Remembers that somebody else was linked to the user's subject when it was this user's turn. */
    public void leaveUnlinked(BridgeUser remote) {
        unlinked.add(remote);
    }

    /** Users whose subject somebody else was linked to when it was their turn. */
    public List<BridgeUser> unlinked() {
        return unlinked;
    }

    /** Removes an imported user with everything that Keycloak keeps about it. */
    public boolean remove(String id) {
        UserModel user = find(id);
        if (user == null) {
            return false;
        }
        evict(user);
        Sessions.end(session, realm, user);
        return new UserManager(session).removeUser(realm, user);
    }

    /**
     * Keeps a leaver out whose new state can't be written as a whole: no login by any way, no session. The version goes, so that the
     * next sync tries the rest again, also when the user is back by then just as before: a version says what a user is like, so
     * the same one comes again.
     */
    public void lockOut(UserModel user) {
        evict(user);
        user.setEnabled(false);
        user.setSingleAttribute(Mapping.ACTIVE, Boolean.FALSE.toString());
        user.removeAttribute(Mapping.VERSION);
        Sessions.endForGood(session, realm, user);
    }

    private UserModel add(BridgeUser remote) {
        session.setAttribute(WRITTEN, true);
        UserModel user = users.addUser(realm, remote.id(), remote.username(), true, true);
        startWithoutAttributes(user, remote);
        startLocale(user, remote);
        return user;
    }

    /** What is set once, at the user's arrival. */
    private void startWithoutAttributes(UserModel user, BridgeUser remote) {
        user.setFederationLink(config.componentId());
        user.setEnabled(remote.enabled());
        if (remote.createdAt() != null) {
            user.setCreatedTimestamp(remote.createdAt());
        }
    }

    private static void startLocale(UserModel user, BridgeUser remote) {
        String locale = Mapping.initialLocale(remote);
        if (locale != null) {
            user.setSingleAttribute(UserModel.LOCALE, locale);
        }
    }

    private void write(UserModel user, BridgeUser remote, boolean added) {
        if (!added) {
            evict(user);
        }
        if (!remote.username().equalsIgnoreCase(user.getUsername())) {
            user.setUsername(remote.username());
        }
        boolean complete = writeEmail(user, remote, added);
        if (!Objects.equals(remote.firstName(), user.getFirstName())) {
            user.setFirstName(remote.firstName());
        }
        if (!Objects.equals(remote.lastName(), user.getLastName())) {
            user.setLastName(remote.lastName());
        }
        if (!added) {
            writeEnabled(user, remote);
        }
        Map<String, List<String>> attributes = mapping.attributes(remote);
        Set<String> gone = new HashSet<>(Mapping.present(user));
        gone.removeAll(attributes.keySet());
        gone.forEach(user::removeAttribute);
        attributes.forEach(user::setAttribute);
        if (!added || !remote.groups().isEmpty()) {
            groups.reconcile(user, remote.groups());
        }
        bind(user, remote);
        user.setSingleAttribute(Mapping.VERSION, complete ? remote.version() : remote.version() + INCOMPLETE);
        // Once more: the cache is keyed by name and e-mail too, and both may be new.
        evict(user);
    }

    /**
     * Only a change at the bridge changes Keycloak's flag. Who was disabled in Keycloak, by an administrator or by a permanent
     * lock-out, stays disabled when the bridge merely changes, say, a department.
     */
    private void writeEnabled(UserModel user, BridgeUser remote) {
        boolean wasActive = !Boolean.FALSE.toString().equals(user.getFirstAttribute(Mapping.ACTIVE));
        if (!remote.enabled() && (wasActive || user.isEnabled())) {
            user.setEnabled(false);
            // Not left to the feed: a full sync may be the first to bring the news.
            Sessions.endForGood(session, realm, user);
        } else if (remote.enabled() && !wasActive) {
            user.setEnabled(true);
        }
    }

    /** @return false when the address is held by somebody else, and the user goes without one */
    private boolean writeEmail(UserModel user, BridgeUser remote, boolean added) {
        String email = remote.email() == null || remote.email().isBlank() ? null : remote.email();
        if (!added && (email == null ? user.getEmail() == null : email.equalsIgnoreCase(user.getEmail()))) {
            return true;
        }
        boolean claimed = email == null || claimEmail(remote.id(), email);
        user.setEmail(claimed ? email : null);
        user.setEmailVerified(claimed && email != null && config.emailVerified());
        if (!claimed) {
            conflicts.accept("User " + remote.id() + " is imported without its e-mail address: another user has the same");
        }
        return claimed;
    }

    /**
     * Sees to it that nobody else has the username. A user of this component who has it must have lost it at the bridge, which
     * serves each name once: it is moved out of the way until its own change arrives. Anybody else keeps it.
     */
    private boolean claimUsername(BridgeUser remote) {
        UserModel holder = users.getUserByUsername(realm, remote.username());
        if (holder == null || holder.getId().equals(remote.id())) {
            return true;
        }
        if (!config.componentId().equals(holder.getFederationLink())) {
            return false;
        }
        evict(holder);
        holder.setUsername("displaced-" + holder.getId());
        holder.removeAttribute(Mapping.VERSION);
        // The query makes the change reach the database before the new holder does; both at once would break the unique key.
        return users.getUserByUsername(realm, remote.username()) == null;
    }

    /**
     * Unlike usernames, the bridge may serve one address twice. Then the older user has it, whichever arrives first: ids grow
     * with time. Otherwise each full sync would hand it over again.
     */
    private boolean claimEmail(String id, String email) {
        if (realm.isDuplicateEmailsAllowed()) {
            return true;
        }
        UserModel holder = users.getUserByEmail(realm, email);
        if (holder == null || holder.getId().equals(id)) {
            return true;
        }
        if (!config.componentId().equals(holder.getFederationLink()) || holder.getId().compareTo(id) < 0) {
            return false;
        }
        evict(holder);
        holder.setEmail(null);
        holder.removeAttribute(Mapping.VERSION);
        return users.getUserByEmail(realm, email) == null;
    }

    /** Whoever is written is evicted. */
    private void evict(UserModel user) {
        session.setAttribute(WRITTEN, true);
        UserCache cache = UserStorageUtil.userCache(session);
        if (cache != null) {
            cache.evict(realm, user);
        }
    }
}
