package net.realmbridge.keycloak;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import net.realmbridge.keycloak.client.Ids;
import net.realmbridge.keycloak.live.LiveUsers;
import net.realmbridge.keycloak.password.PasswordVerifier;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import net.realmbridge.keycloak.runtime.SessionBridge;
import org.keycloak.component.ComponentModel;
import org.keycloak.credential.CredentialInput;
import org.keycloak.credential.CredentialInputUpdater;
import org.keycloak.credential.CredentialInputValidator;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.storage.ReadOnlyException;
import org.keycloak.storage.StorageId;
import org.keycloak.storage.UserStorageProvider;
import org.keycloak.storage.user.ImportedUserValidation;
import org.keycloak.storage.user.UserCountMethodsProvider;
import org.keycloak.storage.user.UserLookupProvider;
import org.keycloak.storage.user.UserQueryMethodsProvider;
import org.keycloak.storage.user.UserRegistrationProvider;
import org.keycloak.userprofile.AttributeMetadata;
import org.keycloak.userprofile.UserProfileDecorator;
import org.keycloak.userprofile.UserProfileMetadata;

/** One component in one Keycloak session. What differs with import on or off is in {@link ImportedUsers} and {@link LiveUsers}. */
public final class BridgeProvider implements UserStorageProvider, UserLookupProvider, UserQueryMethodsProvider, UserCountMethodsProvider,
        UserRegistrationProvider, CredentialInputValidator, CredentialInputUpdater, ImportedUserValidation, UserProfileDecorator {

    private final KeycloakSession session;
    private final BridgeRuntime runtime;
    private final ImportedUsers imported;
    private final LiveUsers live;
    private final PasswordVerifier passwords;

    BridgeProvider(KeycloakSession session, ComponentModel model, BridgeRuntime runtime) {
        SessionBridge bridge = runtime.session();
        this.session = session;
        this.runtime = runtime;
        this.imported = new ImportedUsers(session, runtime, bridge);
        this.live = new LiveUsers(session, model, runtime, bridge);
        this.passwords = new PasswordVerifier(session, runtime, bridge);
    }

    private boolean isImporting() {
        return runtime.config().importEnabled();
    }

    // Lookup. Keycloak asks only for names that its own database doesn't have.

    @Override
    public UserModel getUserById(RealmModel realm, String id) {
        if (!Ids.isUuid(StorageId.externalId(id))) {
            return null;
        }
        return isImporting()
                ? imported.lookup(realm, bridge -> bridge.userById(StorageId.externalId(id)), "id:" + id)
                : live.byId(realm, id);
    }

    @Override
    public UserModel getUserByUsername(RealmModel realm, String username) {
        return isImporting()
                ? imported.lookup(realm, bridge -> bridge.userByUsername(username), "username:" + username)
                : live.byUsername(realm, username);
    }

    @Override
    public UserModel getUserByEmail(RealmModel realm, String email) {
        return isImporting()
                ? imported.byEmail(realm, email)
                : live.byEmail(realm, email);
    }

    @Override
    public UserModel validate(RealmModel realm, UserModel user) {
        // Without import Keycloak validates search results too; they are what the bridge has just answered.
        return StorageId.isLocalStorage(user.getId()) ? imported.validate(realm, user) : user;
    }

    // Search and counts. The feed and the syncs import everybody, so with import on Keycloak's own database has them all, and what
    // was answered here would be listed twice.

    @Override
    public Stream<UserModel> searchForUserStream(RealmModel realm, Map<String, String> params, Integer first, Integer max) {
        return isImporting() ? Stream.empty() : live.search(realm, params, first, max);
    }

    @Override
    public Stream<UserModel> searchForUserByUserAttributeStream(RealmModel realm, String name, String value) {
        return isImporting() ? Stream.empty() : live.byAttribute(realm, name, value);
    }

    @Override
    public Stream<UserModel> getGroupMembersStream(RealmModel realm, GroupModel group, Integer first, Integer max) {
        return isImporting() ? Stream.empty() : live.members(realm, group, first, max);
    }

    @Override
    public int getUsersCount(RealmModel realm) {
        return count(Map.of());
    }

    @Override
    public int getUsersCount(RealmModel realm, boolean includeServiceAccount) {
        return count(Map.of());
    }

    @Override
    @SuppressWarnings("deprecation")
    public int getUsersCount(RealmModel realm, String search) {
        return count(Map.of(UserModel.SEARCH, search));
    }

    @Override
    public int getUsersCount(RealmModel realm, Map<String, String> params) {
        return count(params);
    }

    @Override
    public int getUsersCount(RealmModel realm, Set<String> groupIds) {
        return isImporting() || groupIds == null ? 0 : live.countInGroups(realm, groupIds);
    }

    @Override
    @SuppressWarnings("deprecation")
    public int getUsersCount(RealmModel realm, String search, Set<String> groupIds) {
        return isImporting() ? 0 : UserCountMethodsProvider.super.getUsersCount(realm, search, groupIds);
    }

    @Override
    public int getUsersCount(RealmModel realm, Map<String, String> params, Set<String> groupIds) {
        return isImporting() ? 0 : UserCountMethodsProvider.super.getUsersCount(realm, params, groupIds);
    }

    private int count(Map<String, String> params) {
        return isImporting() ? 0 : live.count(params);
    }

    // Passwords.

    @Override
    public boolean supportsCredentialType(String credentialType) {
        return PasswordCredentialModel.TYPE.equals(credentialType);
    }

    /** Asked for each row of an administrator's view too, so the bridge isn't: a user without a password gets "no" at login. */
    @Override
    public boolean isConfiguredFor(RealmModel realm, UserModel user, String credentialType) {
        return supportsCredentialType(credentialType);
    }

    @Override
    public boolean isValid(RealmModel realm, UserModel user, CredentialInput input) {
        return supportsCredentialType(input.getType()) && passwords.verify(realm, user, input.getChallengeResponse());
    }

    /** Never false: Keycloak would then store a password of its own, which no change at the bridge could undo. */
    @Override
    public boolean updateCredential(RealmModel realm, UserModel user, CredentialInput input) {
        throw passwordIsReadOnly();
    }

    @Override
    public void disableCredentialType(RealmModel realm, UserModel user, String credentialType) {
        throw passwordIsReadOnly();
    }

    private static ReadOnlyException passwordIsReadOnly() {
        return new ReadOnlyException("This user's password is kept by the identity provider behind the bridge and can't be changed in Keycloak.");
    }

    @Override
    public Stream<String> getDisableableCredentialTypesStream(RealmModel realm, UserModel user) {
        return Stream.empty();
    }

    // Creation and removal concern Keycloak's copy only.

    @Override
    public UserModel addUser(RealmModel realm, String username) {
        return null;
    }

    @Override
    public boolean removeUser(RealmModel realm, UserModel user) {
        return StorageId.isLocalStorage(user.getId());
    }

    @Override
    public List<AttributeMetadata> decorateUserProfile(String providerId, UserProfileMetadata metadata) {
        return ReadOnlyProfile.decorate(metadata, runtime.mapping(session, session.getContext().getRealm()), runtime.config().name());
    }

    @Override
    public void close() {
        // What is shared outlives the session.
    }
}
