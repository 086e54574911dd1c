package net.realmbridge.keycloak.admin;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;

import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import net.realmbridge.keycloak.BridgeProviderFactory;
import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.client.Ids;
import net.realmbridge.keycloak.feed.SyncReport;
import net.realmbridge.keycloak.imports.GroupMirror;
import net.realmbridge.keycloak.imports.GroupRoles;
import net.realmbridge.keycloak.imports.Mapping;
import net.realmbridge.keycloak.imports.Outcome;
import net.realmbridge.keycloak.imports.UserImporter;
import net.realmbridge.keycloak.password.OfflinePasswords;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import net.realmbridge.keycloak.runtime.SessionBridge;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.GroupModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.cache.UserCache;
import org.keycloak.storage.UserStorageProvider;
import org.keycloak.storage.UserStorageUtil;

/** {@code /admin/realms/{realm}/realmbridge}: how the realm's components do, and what an operator does about it. */
@Produces(MediaType.APPLICATION_JSON)
public final class BridgeAdmin {

    /** The caller's rights, the same that Keycloak asks for in such a case; what is missing ends the request with 403. */
    public interface Access {
        /** For what concerns the component, as for reading its configuration. */
        void requireViewRealm();

        void requireManageRealm();

        /** For what shows a user. */
        void requireViewUsers();

        /** For what changes users, as for Keycloak's own sync. */
        void requireManageUsers();

        /** Leaves an admin event about an action that was taken. */
        void record();
    }

    private final KeycloakSession session;
    private final RealmModel realm;
    private final BridgeProviderFactory factory;
    private final Access access;

    public BridgeAdmin(KeycloakSession session, RealmModel realm, Access access) {
        this.session = session;
        this.realm = realm;
        this.access = access;
        this.factory = (BridgeProviderFactory) session.getKeycloakSessionFactory()
                .getProviderFactory(UserStorageProvider.class, BridgeProviderFactory.ID);
    }

    @GET
    public List<Map<String, Object>> list() {
        access.requireViewRealm();
        return realm.getComponentsStream(realm.getId(), UserStorageProvider.class.getName())
                .filter(model -> BridgeProviderFactory.ID.equals(model.getProviderId()))
                .map(this::status)
                .toList();
    }

    @GET
    @Path("{component}")
    public Map<String, Object> one(@PathParam("component") String componentId) {
        access.requireViewRealm();
        return status(component(componentId));
    }

    private Map<String, Object> status(ComponentModel model) {
        return ComponentStatus.of(factory.runtime(session, model), KeycloakInternals.countUsers(session, realm.getId(), model.getId()),
                KeycloakInternals.groupAttributes(session, realm.getId(), GroupRoles.REFUSED, GroupMirror.COMPONENT, model.getId()));
    }

    /** Forgets what Keycloak's user cache holds, of one user or of the realm, without a call to the bridge. */
    @POST
    @Path("{component}/evict")
    public Response evict(@PathParam("component") String componentId, @QueryParam("user") String userId) {
        if (userId == null) {
            access.requireManageRealm();
        } else {
            access.requireManageUsers();
        }
        ComponentModel model = component(componentId);
        UserCache cache = UserStorageUtil.userCache(session);
        if (cache != null && userId == null) {
            cache.evict(realm);
        } else if (cache != null) {
            cache.evict(realm, local(model, userId));
        }
        access.record();
        return Response.noContent().build();
    }

    /** A full sync; {@code removals=release} lets removals through that the guard holds. */
    @POST
    @Path("{component}/sync")
    public Response sync(@PathParam("component") String componentId, @QueryParam("removals") @DefaultValue("guard") String removals) {
        access.requireManageUsers();
        ComponentModel model = component(componentId);
        if (UserImporter.hasWrittenIn(session)) {
            return callerChanged();
        }
        SyncReport report = factory.syncNow(session, model, "release".equals(removals));
        access.record();
        return report == null
                ? answer(Response.Status.CONFLICT, Map.of("error", "sync_in_progress"))
                : answer(report.isComplete() ? Response.Status.OK : Response.Status.SERVICE_UNAVAILABLE, ComponentStatus.of(report));
    }

    /** Brings one user's copy in line with the bridge now. */
    @POST
    @Path("{component}/users/{id}/sync")
    public Response syncUser(@PathParam("component") String componentId, @PathParam("id") String id) {
        access.requireManageUsers();
        BridgeRuntime runtime = factory.runtime(session, component(componentId));
        Answer<BridgeUser> answer = ask(runtime, id);
        if (answer instanceof Answer.Unavailable<BridgeUser> unavailable) {
            return answer(Response.Status.SERVICE_UNAVAILABLE, Map.of("error", "bridge_unavailable", "detail", unavailable.detail()));
        }
        Outcome outcome = Outcome.UNCHANGED;
        if (UserImporter.hasWrittenIn(session)) {
            return callerChanged();
        }
        if (runtime.config().importEnabled()) {
            outcome = KeycloakInternals.inTransaction(session.getKeycloakSessionFactory(), realm.getId(), (nested, nestedRealm) -> {
                UserImporter importer = new UserImporter(nested, nestedRealm, runtime.config(), runtime.mapping(nested, nestedRealm), runtime.conflicts());
                Outcome done = answer instanceof Answer.Found<BridgeUser> found
                        ? importer.upsert(found.value())
                        : importer.remove(id) ? Outcome.REMOVED : Outcome.UNCHANGED;
                if (done == Outcome.UPDATED) {
                    new OfflinePasswords(nested, nestedRealm, runtime.config()).wipe(id);
                }
                return done;
            });
        }
        access.record();
        return answer(Response.Status.OK, Map.of("outcome", String.valueOf(outcome).toLowerCase(Locale.ROOT)));
    }

    /** What is known about a user, given by id or by username, on both sides. */
    @GET
    @Path("{component}/users/{user}/explain")
    public Map<String, Object> explain(@PathParam("component") String componentId, @PathParam("user") String idOrName) {
        access.requireViewUsers();
        ComponentModel model = component(componentId);
        BridgeRuntime runtime = factory.runtime(session, model);
        UserModel local = Ids.isUuid(idOrName)
                ? KeycloakInternals.localUsers(session).getUserById(realm, idOrName)
                : KeycloakInternals.localUsers(session).getUserByUsername(realm, idOrName);
        Answer<BridgeUser> answer = ask(runtime, local != null && model.getId().equals(local.getFederationLink()) ? local.getId() : idOrName);
        Map<String, Object> explained = new LinkedHashMap<>();
        explained.put("keycloak", local == null ? null : copy(local));
        explained.put("bridge", bridge(answer));
        explained.put("verdict", Verdicts.of(model.getId(), local, answer));
        if (answer instanceof Answer.Found<BridgeUser> found) {
            BindingStatus.explain(session, realm, model, runtime.config().importEnabled(), found.value(), explained);
        }
        return explained;
    }

    private static Answer<BridgeUser> ask(BridgeRuntime runtime, String idOrName) {
        BiFunction<SessionBridge, String, Answer<BridgeUser>> call = Ids.isUuid(idOrName) ? SessionBridge::userById : SessionBridge::userByUsername;
        return call.apply(runtime.session(), idOrName);
    }

    private static Map<String, Object> copy(UserModel local) {
        Map<String, Object> copy = new LinkedHashMap<>();
        copy.put("id", local.getId());
        copy.put("username", local.getUsername());
        copy.put("enabled", local.isEnabled());
        copy.put("component", local.getFederationLink());
        copy.put("version", local.getFirstAttribute(Mapping.VERSION));
        copy.put("directory", local.getFirstAttribute(Mapping.DIRECTORY));
        copy.put("groups", local.getGroupsStream().map(BridgeAdmin::path).sorted().toList());
        return copy;
    }

    private static String path(GroupModel group) {
        return (group.getParent() == null ? "" : path(group.getParent())) + "/" + group.getName();
    }

    private static Map<String, Object> bridge(Answer<BridgeUser> answer) {
        Map<String, Object> said = new LinkedHashMap<>();
        if (answer instanceof Answer.Found<BridgeUser> found) {
            said.put("answer", "found");
            said.put("id", found.value().id());
            said.put("username", found.value().username());
            said.put("enabled", found.value().enabled());
            said.put("version", found.value().version());
            said.put("directory", found.value().directory());
        } else if (answer instanceof Answer.Unavailable<BridgeUser> unavailable) {
            said.put("answer", "unavailable");
            said.put("detail", unavailable.detail());
        } else {
            said.put("answer", "absent");
        }
        return said;
    }

    private UserModel local(ComponentModel model, String userId) {
        UserModel local = KeycloakInternals.localUsers(session).getUserById(realm, userId);
        if (local == null || !model.getId().equals(local.getFederationLink())) {
            throw new NotFoundException("no user of this component has this id");
        }
        return local;
    }

    private ComponentModel component(String id) {
        ComponentModel model = realm.getComponent(id);
        if (model == null || !BridgeProviderFactory.ID.equals(model.getProviderId())) {
            throw new NotFoundException("no component of Realmbridge has this id");
        }
        return model;
    }

    /** A sync writes in transactions of its own, which would wait for the caller's row until this request ends. */
    private static Response callerChanged() {
        return answer(Response.Status.CONFLICT, Map.of("error", "caller_changed",
                "detail", "the caller's own copy was brought up to date by this very request; send it again"));
    }

    private static Response answer(Response.Status status, Map<String, Object> body) {
        return Response.status(status).type(MediaType.APPLICATION_JSON_TYPE).entity(body).build();
    }
}
