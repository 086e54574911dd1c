package net.realmbridge.keycloak.spi;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.hibernate.Session;
import org.keycloak.cluster.ClusterProvider;
import org.keycloak.connections.jpa.JpaConnectionProvider;
import org.keycloak.connections.jpa.support.EntityManagers;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventListenerProvider;
import org.keycloak.events.EventStoreProvider;
import org.keycloak.events.EventType;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.AuthDetails;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.ClientModel;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.OrganizationModel;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserProvider;
import org.keycloak.models.cache.UserCache;
import org.keycloak.models.jpa.entities.CredentialEntity;
import org.keycloak.models.jpa.entities.FederatedIdentityEntity;
import org.keycloak.models.jpa.entities.UserEntity;
import org.keycloak.models.jpa.entities.UserGroupMembershipEntity;
import org.keycloak.models.jpa.entities.UserRoleMappingEntity;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.organization.OrganizationProvider;
import org.keycloak.provider.Provider;
import org.keycloak.representations.idm.MembershipType;
import org.keycloak.services.ErrorResponse;
import org.keycloak.storage.StorageId;
import org.keycloak.storage.StoreSyncEvent;
import org.keycloak.storage.UserStoragePrivateUtil;
import org.keycloak.storage.UserStorageUtil;
import org.keycloak.storage.adapter.InMemoryUserAdapter;
import org.keycloak.truststore.TruststoreProvider;
import org.keycloak.userprofile.AttributeMetadata;
import org.keycloak.userprofile.AttributeValidatorMetadata;
import org.keycloak.userprofile.UserProfileMetadata;
import org.keycloak.userprofile.UserProfileUtil;
import org.keycloak.userprofile.validator.ImmutableAttributeValidator;

/**
 * What Keycloak does not promise to keep. Its private modules are used here, and in the two resource factories beside this, which
 * have to implement interfaces of theirs, so that an upgrade which breaks them breaks these files alone.
 */
public final class KeycloakInternals {
    /** The error of the LOGIN_ERROR event when a password could not be checked. */
    public static final String PASSWORD_NOT_CHECKED = "user_storage_unavailable";

    private static final int BATCH = 500;

    private KeycloakInternals() {
    }

    /** The users in Keycloak's own database, without any federation around them. */
    public static UserProvider localUsers(KeycloakSession session) {
        return UserStoragePrivateUtil.userLocalStorage(session);
    }

    /**
     * Runs a job in its own session and transaction, with the realm in its context.
     *
     * @return what the job returned, or {@code null} if the realm is gone
     */
    public static <T> T inTransaction(KeycloakSessionFactory factory, String realmId, Job<T> job) {
        return KeycloakModelUtils.runJobInTransactionWithResult(factory, session -> {
            RealmModel realm = session.realms().getRealm(realmId);
            if (realm == null) {
                return null;
            }
            session.getContext().setRealm(realm);
            return job.run(session, realm);
        });
    }

    @FunctionalInterface
    public interface Job<T> {
        T run(KeycloakSession session, RealmModel realm);
    }

    /**
     * Runs the task unless one under the same key is running on any node of the cluster, or has begun less than the time-out ago.
     *
     * @return whether it ran
     */
    public static boolean exclusively(KeycloakSessionFactory factory, String key, int timeoutSeconds, Runnable task) {
        // No transaction is begun around the task: a long one would outlive the transaction manager's own time limit.
        try (KeycloakSession session = factory.create()) {
            return session.getProvider(ClusterProvider.class).executeIfNotExecuted(key, timeoutSeconds, () -> {
                task.run();
                return true;
            }).isExecuted();
        }
    }

    public static void onStarted(KeycloakSessionFactory factory, Runnable action) {
        factory.register(event -> {
            if (event instanceof PostMigrationEvent) {
                action.run();
            }
        });
    }

    /** Runs the action in the transaction in which an administrator saves a realm's settings. */
    public static void onRealmSaved(KeycloakSessionFactory factory, BiConsumer<KeycloakSession, RealmModel> action) {
        factory.register(event -> {
            if (event instanceof StoreSyncEvent saved && saved.getModel() == null && !saved.getRemoved()) {
                action.accept(saved.getSession(), saved.getRealm());
            }
        });
    }

    public static void forEachRealmWith(KeycloakSessionFactory factory, Class<? extends Provider> type, Consumer<RealmModel> action) {
        KeycloakModelUtils.runJobInTransaction(factory,
                session -> session.realms().getRealmsWithProviderTypeStream(type).forEach(action));
    }

    /** TLS with the certificates that Keycloak was told to trust, or {@code null} for Java's default. */
    public static SSLContext tls(KeycloakSession session) {
        TruststoreProvider provider = session.getProvider(TruststoreProvider.class);
        KeyStore truststore = provider == null ? null : provider.getTruststore();
        if (truststore == null) {
            return null;
        }
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(truststore);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Keycloak's truststore can't be used", e);
        }
    }

    /**
     * Id and import version of every user of one component, in one query: comparing them row by row through the model would
     * load 50,000 users to find out that none has changed.
     */
    public static Map<String, String> versions(KeycloakSession session, String realmId, String componentId, String versionAttribute) {
        EntityManager entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
        Map<String, String> versions = new HashMap<>();
        entities.createQuery("select u.id, a.value from UserEntity u left join u.attributes a on a.name = :attribute"
                        + " where u.realmId = :realm and u.federationLink = :link", Object[].class)
                .setParameter("attribute", versionAttribute)
                .setParameter("realm", realmId)
                .setParameter("link", componentId)
                .getResultStream()
                .forEach(row -> versions.put((String) row[0], row[1] == null ? "" : (String) row[1]));
        return versions;
    }

    public static long countUsers(KeycloakSession session, String realmId, String componentId) {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager()
                .createQuery("select count(u) from UserEntity u where u.realmId = :realm and u.federationLink = :link", Long.class)
                .setParameter("realm", realmId)
                .setParameter("link", componentId)
                .getSingleResult();
    }

    /** Tells the realm's listeners, and its event store if that is on, of a failure that is no request's. */
    public static void adminEvent(KeycloakSession session, RealmModel realm, String resourcePath, String error) {
        adminEvent(session, realm, ResourceType.COMPONENT, resourcePath, error);
    }

    /** The same of something that was done about a user and went well. */
    public static void userAction(KeycloakSession session, RealmModel realm, String resourcePath) {
        adminEvent(session, realm, ResourceType.USER, resourcePath, null);
    }

    private static void adminEvent(KeycloakSession session, RealmModel realm, ResourceType type, String resourcePath, String error) {
        AuthDetails nobody = new AuthDetails();
        nobody.setRealmId(realm.getId());
        nobody.setRealmName(realm.getName());
        AdminEvent event = new AdminEvent();
        event.setId(UUID.randomUUID().toString());
        event.setTime(System.currentTimeMillis());
        event.setRealmId(realm.getId());
        event.setRealmName(realm.getName());
        event.setAuthDetails(nobody);
        event.setOperationType(OperationType.ACTION);
        event.setResourceType(type);
        event.setResourcePath(resourcePath);
        event.setError(error);
        EventStoreProvider store = realm.isAdminEventsEnabled() ? session.getProvider(EventStoreProvider.class) : null;
        if (store != null) {
            store.onEvent(event, false);
        }
        realm.getEventsListenersStream()
                .map(name -> session.getProvider(EventListenerProvider.class, name))
                .filter(Objects::nonNull)
                .forEach(listener -> listener.onEvent(event, false));
    }

    /**
     * Runs work that only adds rows. Keycloak otherwise sends each row to the database by itself; here they go together at the
     * end, and those of one table that are added one after the other in one statement. Queries within don't see what is added
     * within.
     */
    public static void inBatch(KeycloakSession session, Runnable work) {
        session.getProvider(JpaConnectionProvider.class).getEntityManager().unwrap(Session.class).setJdbcBatchSize(BATCH);
        EntityManagers.runInBatch(session, work, false);
    }

    /** Adds a user who isn't there yet, without roles and groups. */
    public static UserModel addNewUser(KeycloakSession session, RealmModel realm, String id, String username) {
        return localUsers(session).addUser(realm, id, username, false, true);
    }

    /** What every user of the realm gets, without asking the database whether a new user has it already. */
    public static void grantDefaultRole(KeycloakSession session, RealmModel realm, UserModel newUser) {
        EntityManager entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
        UserRoleMappingEntity mapping = new UserRoleMappingEntity();
        mapping.setUser(entities.getReference(UserEntity.class, newUser.getId()));
        mapping.setRoleId(realm.getDefaultRole().getId());
        entities.persist(mapping);
        RoleModel.RoleGrantedEvent.fire(realm.getDefaultRole(), newUser, session);
    }

    /** Makes a new user a member of the realm's default groups and of these. */
    public static void joinGroups(KeycloakSession session, RealmModel realm, UserModel newUser, Collection<GroupModel> groups) {
        EntityManager entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
        Map<String, GroupModel> joined = new LinkedHashMap<>();
        realm.getDefaultGroupsStream().forEach(group -> joined.put(group.getId(), group));
        groups.forEach(group -> joined.put(group.getId(), group));
        joined.values().forEach(group -> {
            UserGroupMembershipEntity membership = new UserGroupMembershipEntity();
            membership.setUser(entities.getReference(UserEntity.class, newUser.getId()));
            membership.setGroupId(group.getId());
            membership.setMembershipType(MembershipType.UNMANAGED);
            entities.persist(membership);
            GroupModel.GroupMemberJoinEvent.fire(group, newUser, session);
        });
    }

    /** Id of the realm that has a user of this id, or {@code null}; ids are unique in the whole of Keycloak. */
    public static String realmOfUser(KeycloakSession session, String id) {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager()
                .createQuery("select u.realmId from UserEntity u where u.id = :id", String.class)
                .setParameter("id", id)
                .getResultStream().findFirst().orElse(null);
    }

    /**
     * Id, username and e-mail of all users who have one of these ids, or in this realm one of these usernames or e-mails. Three
     * queries, each of which has an index; one query with "or" reads the whole table.
     */
    public static List<String[]> holders(KeycloakSession session, String realmId, Collection<String> ids, Collection<String> usernames,
            Collection<String> emails) {
        EntityManager entities = session.getProvider(JpaConnectionProvider.class).getEntityManager();
        String select = "select u.id, u.username, u.email from UserEntity u where ";
        List<Object[]> rows = new ArrayList<>();
        rows.addAll(entities.createQuery(select + "u.id in :ids", Object[].class).setParameter("ids", ids).getResultList());
        rows.addAll(entities.createQuery(select + "u.realmId = :realm and u.username in :usernames", Object[].class)
                .setParameter("realm", realmId).setParameter("usernames", usernames).getResultList());
        rows.addAll(entities.createQuery(select + "u.realmId = :realm and u.email in :emails", Object[].class)
                .setParameter("realm", realmId).setParameter("emails", emails).getResultList());
        return rows.stream().map(row -> new String[] {(String) row[0], (String) row[1], (String) row[2]}).toList();
    }

    /** Locks the user's row until the transaction ends; what is read of the user after that is current. */
    public static boolean lockUser(KeycloakSession session, String id) {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager()
                .find(UserEntity.class, id, LockModeType.PESSIMISTIC_WRITE) != null;
    }

    /** The same for one credential, which is what a login may lock: the user's row is written by others while it goes on. */
    public static boolean lockCredential(KeycloakSession session, String id) {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager()
                .find(CredentialEntity.class, id, LockModeType.PESSIMISTIC_WRITE) != null;
    }

    /** Deletes the credentials of this type of all users of a component that are older. */
    public static int deleteCredentials(KeycloakSession session, String realmId, String componentId, String type, long beforeMillis) {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager()
                .createQuery("delete from CredentialEntity c where c.type = :type and c.createdDate < :before and c.user.id in"
                        + " (select u.id from UserEntity u where u.realmId = :realm and u.federationLink = :link)")
                .setParameter("type", type)
                .setParameter("before", beforeMillis)
                .setParameter("realm", realmId)
                .setParameter("link", componentId)
                .executeUpdate();
    }

    /** Lets Keycloak's user cache forget the realm's users. */
    public static void evictAll(KeycloakSession session, RealmModel realm) {
        UserCache cache = UserStorageUtil.userCache(session);
        if (cache != null) {
            cache.evict(realm);
        }
    }

    public static void evict(KeycloakSession session, RealmModel realm, UserModel user) {
        UserCache cache = UserStorageUtil.userCache(session);
        if (cache != null) {
            cache.evict(realm, user);
        }
    }

    /** An organization of a realm; its members are the members of a group of its own. */
    public record Organization(String id, String alias, String name, String groupId, boolean enabled) {
    }

    public static List<Organization> organizations(KeycloakSession session, String realmId) {
        return organizations(session, realmId, "o.realmId", realmId);
    }

    /** @return {@code null} if there is none */
    public static Organization organization(KeycloakSession session, String realmId, String alias) {
        return organizations(session, realmId, "o.alias", alias).stream().findFirst().orElse(null);
    }

    private static List<Organization> organizations(KeycloakSession session, String realmId, String column, String value) {
        return entities(session).createQuery("select o.id, o.alias, o.name, o.groupId, o.enabled from OrganizationEntity o"
                        + " where o.realmId = :realm and " + column + " = :value", Object[].class)
                .setParameter("realm", realmId)
                .setParameter("value", value)
                .getResultStream()
                .map(row -> new Organization((String) row[0], (String) row[1], (String) row[2], (String) row[3], (Boolean) row[4]))
                .toList();
    }

    /** For each user of a component the ids of its organizations, and whether it is a managed member there. */
    public static Map<String, Map<String, Boolean>> memberships(KeycloakSession session, String realmId, String componentId) {
        Map<String, Map<String, Boolean>> memberships = new HashMap<>();
        entities(session).createQuery("select m.user.id, o.id, m.membershipType from UserGroupMembershipEntity m, OrganizationEntity o"
                        + " where o.groupId = m.groupId and o.realmId = :realm and m.user.federationLink = :link", Object[].class)
                .setParameter("realm", realmId)
                .setParameter("link", componentId)
                .getResultStream()
                .forEach(row -> memberships.computeIfAbsent((String) row[0], id -> new HashMap<>())
                        .put((String) row[1], MembershipType.MANAGED.name().equals(row[2])));
        return memberships;
    }

    private static boolean isManaged(UserGroupMembershipEntity membership) {
        return membership.getMembershipType() == MembershipType.MANAGED;
    }

    private static Optional<UserGroupMembershipEntity> membership(KeycloakSession session, UserModel user, String groupId) {
        return entities(session).createQuery("select m from UserGroupMembershipEntity m where m.user.id = :user and m.groupId = :group",
                        UserGroupMembershipEntity.class)
                .setParameter("user", user.getId())
                .setParameter("group", groupId)
                .getResultStream().findFirst();
    }

    /** @return whether the user is a managed member, or {@code null} if it is no member */
    public static Boolean managedMember(KeycloakSession session, UserModel user, Organization organization) {
        return membership(session, user, organization.groupId()).map(KeycloakInternals::isManaged).orElse(null);
    }

    public static void manageMember(KeycloakSession session, UserModel user, Organization organization) {
        membership(session, user, organization.groupId()).ifPresent(found -> found.setMembershipType(MembershipType.MANAGED));
    }

    /**
     * Makes a user who is no member a managed one. Keycloak's own way asks for the user through all federations first, which would
     * be a call to the bridge for each user.
     */
    public static void joinOrganization(KeycloakSession session, UserModel user, Organization organization) {
        UserGroupMembershipEntity membership = new UserGroupMembershipEntity();
        membership.setUser(entities(session).getReference(UserEntity.class, user.getId()));
        membership.setGroupId(organization.groupId());
        membership.setMembershipType(MembershipType.MANAGED);
        entities(session).persist(membership);
        OrganizationModel model = session.getProvider(OrganizationProvider.class).getById(organization.id());
        if (model != null) {
            OrganizationModel.OrganizationMemberJoinEvent.fire(model, user, session);
        }
    }

    /**
     * Ends a membership and nothing else. Keycloak deletes a managed member who is removed from its organization, so the user
     * becomes an unmanaged one first.
     */
    public static void leaveOrganization(KeycloakSession session, RealmModel realm, UserModel user, String organizationId) {
        OrganizationProvider provider = session.getProvider(OrganizationProvider.class);
        OrganizationModel organization = provider.getById(organizationId);
        if (organization == null) {
            return;
        }
        organizations(session, realm.getId(), "o.id", organizationId).stream().findFirst()
                .flatMap(one -> membership(session, user, one.groupId()))
                .ifPresent(membership -> {
                    membership.setMembershipType(MembershipType.UNMANAGED);
                    entities(session).flush();
                    inOrganization(session, organization, () -> provider.removeMember(organization, user));
                });
    }

    /** Lets Keycloak's caches forget that the user is no member of the organization. */
    public static void forgetMembership(KeycloakSession session, RealmModel realm, UserModel user, Organization organization) {
        OrganizationProvider provider = session.getProvider(OrganizationProvider.class);
        OrganizationModel model = provider.getById(organization.id());
        if (model != null && membership(session, user, organization.groupId()).isEmpty()) {
            // The removal of one who is no member does just that.
            inOrganization(session, model, () -> provider.removeMember(model, user));
        }
    }

    /** Lets Keycloak's cache forget how many members the organization has. */
    public static void forgetMemberCount(KeycloakSession session, RealmModel realm, Organization organization) {
        forgetMembership(session, realm, new InMemoryUserAdapter(session, realm, UUID.randomUUID().toString()), organization);
    }

    private static void inOrganization(KeycloakSession session, OrganizationModel organization, Runnable work) {
        OrganizationModel current = session.getContext().getOrganization();
        session.getContext().setOrganization(organization);
        try {
            work.run();
        } finally {
            session.getContext().setOrganization(current);
        }
    }

    /** Makes a component's managed members of organizations unmanaged ones. */
    public static int releaseManagedMembers(KeycloakSession session, RealmModel realm, String componentId) {
        List<UserGroupMembershipEntity> managed = entities(session).createQuery("select m from UserGroupMembershipEntity m,"
                        + " OrganizationEntity o where o.groupId = m.groupId and o.realmId = :realm and m.membershipType = :managed"
                        + " and m.user.federationLink = :link", UserGroupMembershipEntity.class)
                .setParameter("realm", realm.getId())
                .setParameter("managed", MembershipType.MANAGED.name())
                .setParameter("link", componentId)
                .getResultList();
        managed.forEach(membership -> membership.setMembershipType(MembershipType.UNMANAGED));
        return managed.size();
    }

    /**
     * Keycloak deletes an organization's managed members together with the organization. Those whom the bridge put there are not
     * deleted but the request is refused, with a text that says what to do.
     *
     * @param markerAttribute names the organization in which a user was put by the bridge
     */
    public static void refuseRemovalWithOrganization(KeycloakSessionFactory factory, String markerAttribute) {
        factory.register(event -> {
            if (event instanceof UserModel.UserPreRemovedEvent removal) {
                OrganizationModel organization = removal.getKeycloakSession().getContext().getOrganization();
                UserModel user = removal.getUser();
                if (organization != null && user.getFederationLink() != null
                        && organization.getId().equals(user.getFirstAttribute(markerAttribute))) {
                    throw ErrorResponse.error("Organization " + organization.getAlias() + " has members that come from Realmbridge, whom"
                            + " this would delete. Unbind it from their directory first (realmbridge federation set-directory"
                            + " --no-organization), then they leave it and stay in the realm.", Response.Status.CONFLICT);
                }
            }
        });
    }

    /** For each user of a component its subject at each identity provider. */
    public static Map<String, Map<String, String>> identities(KeycloakSession session, String realmId, String componentId) {
        Map<String, Map<String, String>> identities = new HashMap<>();
        entities(session).createQuery("select f.user.id, f.identityProvider, f.userId from FederatedIdentityEntity f"
                        + " where f.realmId = :realm and f.user.federationLink = :link", Object[].class)
                .setParameter("realm", realmId)
                .setParameter("link", componentId)
                .getResultStream()
                .forEach(row -> identities.computeIfAbsent((String) row[0], id -> new HashMap<>()).put((String) row[1], (String) row[2]));
        entities(session).createQuery("select b.userId, b.identityProvider, b.brokerUserId from BrokerLinkEntity b"
                        + " where b.realmId = :realm and b.storageProviderId = :link", Object[].class)
                .setParameter("realm", realmId)
                .setParameter("link", componentId)
                .getResultStream()
                .forEach(row -> identities.computeIfAbsent(StorageId.externalId((String) row[0]), id -> new HashMap<>())
                        .put((String) row[1], (String) row[2]));
        return identities;
    }

    /** For those of the subjects that somebody is linked to, the id of a user who is. */
    public static Map<String, String> subjectHolders(KeycloakSession session, String realmId, String provider, Collection<String> subjects) {
        Map<String, String> holders = new HashMap<>();
        for (String query : List.of(
                "select f.userId, f.user.id from FederatedIdentityEntity f"
                        + " where f.realmId = :realm and f.identityProvider = :provider and f.userId in :subjects",
                "select b.brokerUserId, b.userId from BrokerLinkEntity b"
                        + " where b.realmId = :realm and b.identityProvider = :provider and b.brokerUserId in :subjects")) {
            entities(session).createQuery(query, Object[].class)
                    .setParameter("realm", realmId)
                    .setParameter("provider", provider)
                    .setParameter("subjects", subjects)
                    .getResultStream()
                    .forEach(row -> holders.put((String) row[0], (String) row[1]));
        }
        return holders;
    }

    /** Links a user who was just added; nothing about its links can be in a cache yet. */
    public static void linkNewUser(KeycloakSession session, RealmModel realm, UserModel newUser, FederatedIdentityModel link) {
        FederatedIdentityEntity identity = new FederatedIdentityEntity();
        identity.setRealmId(realm.getId());
        identity.setUser(entities(session).getReference(UserEntity.class, newUser.getId()));
        identity.setIdentityProvider(link.getIdentityProvider());
        identity.setUserId(link.getUserId());
        identity.setUserName(link.getUserName());
        entities(session).persist(identity);
    }

    private static EntityManager entities(KeycloakSession session) {
        return session.getProvider(JpaConnectionProvider.class).getEntityManager();
    }

    /** The values that groups have under one attribute, by the group's name, of those that have a value under another. */
    public static Map<String, List<String>> groupAttributes(KeycloakSession session, String realmId, String attribute, String marker,
            String markerValue) {
        Map<String, List<String>> values = new TreeMap<>();
        session.getProvider(JpaConnectionProvider.class).getEntityManager()
                .createQuery("select g.name, a.value from GroupEntity g join g.attributes a join g.attributes m"
                        + " where g.realm = :realm and a.name = :attribute and m.name = :marker and m.value = :value", Object[].class)
                .setParameter("attribute", attribute)
                .setParameter("realm", realmId)
                .setParameter("marker", marker)
                .setParameter("value", markerValue)
                .getResultStream()
                .forEach(row -> values.computeIfAbsent((String) row[0], name -> new ArrayList<>()).add((String) row[1]));
        return values;
    }

    /** @return {@code null} if the realm's user profile declares the attribute itself */
    public static AttributeMetadata readOnlyForAdmins(String name, UserProfileMetadata profile, int order, String componentName) {
        AttributeMetadata attribute = UserProfileUtil.createAttributeMetadata(name, profile, null, order, componentName);
        // Keycloak would leave a changed value out without a word; so it refuses it, as it does for attributes that are declared.
        return attribute == null ? null
                : attribute.setValidators(new ArrayList<>(List.of(new AttributeValidatorMetadata(ImmutableAttributeValidator.ID))));
    }

    /**
     * Ends a login whose password can't be checked now. Keycloak counts a plain {@code false} as a wrong password, and any other
     * exception ends in a 500 with a stack trace, so the answer is made here: 503 and an event of its own, as a page in the user's
     * language (theme-resources/) or as JSON.
     */
    public static WebApplicationException passwordNotChecked(KeycloakSession session, RealmModel realm, UserModel user) {
        tellLoginError(session, realm, user, PASSWORD_NOT_CHECKED);
        Response response = wantsPage(session)
                ? session.getProvider(LoginFormsProvider.class)
                        .setAuthenticationSession(session.getContext().getAuthenticationSession())
                        .setStatus(Response.Status.SERVICE_UNAVAILABLE)
                        .createForm("realmbridge-unavailable.ftl")
                : Response.status(Response.Status.SERVICE_UNAVAILABLE)
                        .header(HttpHeaders.RETRY_AFTER, "10")
                        .type(MediaType.APPLICATION_JSON_TYPE)
                        .entity(Map.of("error", "temporarily_unavailable", "error_description",
                                "Your password can't be checked at the moment. Please try again in a few minutes."))
                        .build();
        return new WebApplicationException("the bridge can't check passwords now", response);
    }

    /**
     * Ends a login whose password is right and doesn't let its user in, with the reason. It doesn't count towards a lock-out.
     *
     * @param error the event's
     * @param messageKey of the text on a page, in theme-resources/
     * @param message for applications
     */
    public static WebApplicationException loginRefused(KeycloakSession session, RealmModel realm, UserModel user, String error, String messageKey,
            String message) {
        tellLoginError(session, realm, user, error);
        Response response = wantsPage(session)
                ? session.getProvider(LoginFormsProvider.class)
                        .setAuthenticationSession(session.getContext().getAuthenticationSession())
                        .setError(messageKey)
                        .createErrorPage(Response.Status.BAD_REQUEST)
                : Response.status(Response.Status.BAD_REQUEST)
                        .type(MediaType.APPLICATION_JSON_TYPE)
                        .entity(Map.of("error", "invalid_grant", "error_description", message))
                        .build();
        return new WebApplicationException("the user's directory refused the login: " + error, response);
    }

    private static void tellLoginError(KeycloakSession session, RealmModel realm, UserModel user, String error) {
        EventBuilder event = new EventBuilder(realm, session, session.getContext().getConnection()).event(EventType.LOGIN).user(user);
        ClientModel client = session.getContext().getClient();
        if (client != null) {
            event.client(client);
        }
        event.error(error);
    }

    /** Whether a person waits in a browser, as opposed to an application. */
    private static boolean wantsPage(KeycloakSession session) {
        HttpHeaders headers = session.getContext().getRequestHeaders();
        return headers != null && headers.getAcceptableMediaTypes().stream()
                .anyMatch(type -> !type.isWildcardType() && type.isCompatible(MediaType.TEXT_HTML_TYPE));
    }
}
