package net.realmbridge.keycloak.live;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.client.Outage;
import net.realmbridge.keycloak.client.UserQuery;
import net.realmbridge.keycloak.imports.GroupMirror;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import net.realmbridge.keycloak.runtime.SessionBridge;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.storage.StorageId;
import org.keycloak.storage.StorageUnavailableException;

/** Lookup and search for a component that doesn't import. In an outage it answers from what was seen last. */
public final class LiveUsers {
    private static final int PAGE = 100;
    private static final int MAX_PAGE = 1000;

    private final KeycloakSession session;
    private final ComponentModel model;
    private final BridgeRuntime runtime;
    private final SessionBridge bridge;
    private final long changesBefore;

    public LiveUsers(KeycloakSession session, ComponentModel model, BridgeRuntime runtime, SessionBridge bridge) {
        this.session = session;
        this.model = model;
        this.runtime = runtime;
        this.bridge = bridge;
        this.changesBefore = runtime.snapshots().changes();
    }

    /** Null means absent for sure: Keycloak ends the sessions of a user whom its provider doesn't know. */
    public UserModel byId(RealmModel realm, String keycloakId) {
        String id = new StorageId(keycloakId).getExternalId();
        Snapshots snapshots = runtime.snapshots();
        if (runtime.lease().isHeld() ? snapshots.isKnown(id) : snapshots.isYounger(id, runtime.config().validationTtl())) {
            return adapt(realm, snapshots.get(id));
        }
        return resolve(realm, bridge.userById(id), snapshots.get(id), true);
    }

    public UserModel byUsername(RealmModel realm, String username) {
        return resolve(realm, bridge.userByUsername(username), runtime.snapshots().byUsername(username), false);
    }

    public UserModel byEmail(RealmModel realm, String email) {
        return resolve(realm, bridge.userByEmail(email), runtime.snapshots().byEmail(email), false);
    }

    private UserModel resolve(RealmModel realm, Answer<BridgeUser> answer, BridgeUser last, boolean mustExist) {
        if (answer instanceof Answer.Found<BridgeUser> found) {
            runtime.snapshots().put(found.value(), changesBefore);
            return adapt(realm, found.value());
        }
        if (answer instanceof Answer.Absent<BridgeUser>) {
            if (last != null) {
                runtime.snapshots().remove(last.id());
            }
            return null;
        }
        if (last != null) {
            return adapt(realm, last);
        }
        Outage.rethrowInterrupt(answer);
        if (mustExist) {
            throw new StorageUnavailableException("The bridge is unavailable, and this user hasn't been seen since Keycloak started");
        }
        return null;
    }

    public Stream<UserModel> search(RealmModel realm, Map<String, String> params, Integer first, Integer max) {
        return page(realm, Searches.query(params).page(first, max == null || max < 0 ? MAX_PAGE : Math.min(max, MAX_PAGE)).build());
    }

    public Stream<UserModel> byAttribute(RealmModel realm, String name, String value) {
        return page(realm, UserQuery.builder().attribute(name, value).page(0, MAX_PAGE).build());
    }

    /** The page is read before it is returned: Keycloak catches a failing provider, but not a stream that fails later. */
    private Stream<UserModel> page(RealmModel realm, UserQuery query) {
        return adaptAll(realm, bridge.call(client -> client.users(query)));
    }

    public Stream<UserModel> members(RealmModel realm, GroupModel group, Integer first, Integer max) {
        if (!model.getId().equals(group.getFirstAttribute(GroupMirror.COMPONENT))) {
            return Stream.empty();
        }
        int from = first == null || first < 0 ? 0 : first;
        int size = max == null || max < 0 ? MAX_PAGE : Math.min(max, MAX_PAGE);
        return adaptAll(realm, bridge.call(client -> client.groupMembers(group.getId(), from, size)));
    }

    public int count(Map<String, String> params) {
        UserQuery query = Searches.query(params).build();
        return bridge.call(client -> client.countUsers(query)) instanceof Answer.Found<Integer> found ? found.value() : 0;
    }

    public int countInGroups(RealmModel realm, Set<String> groupIds) {
        return (int) groupIds.stream()
                .map(id -> session.groups().getGroupById(realm, id))
                .filter(group -> group != null)
                .flatMap(group -> members(realm, group, 0, MAX_PAGE))
                .map(UserModel::getId)
                .distinct()
                .count();
    }

    private Stream<UserModel> adaptAll(RealmModel realm, Answer<List<BridgeUser>> answer) {
        if (!(answer instanceof Answer.Found<List<BridgeUser>> found)) {
            return Stream.empty();
        }
        found.value().stream().limit(PAGE).forEach(user -> runtime.snapshots().put(user, changesBefore));
        return found.value().stream().map(user -> adapt(realm, user)).toList().stream();
    }

    private UserModel adapt(RealmModel realm, BridgeUser user) {
        return new RemoteUser(session, realm, model, runtime.config(), runtime.mapping(session, realm), user);
    }
}
