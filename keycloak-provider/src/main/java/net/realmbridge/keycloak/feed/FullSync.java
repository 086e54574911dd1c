package net.realmbridge.keycloak.feed;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.BridgeGroup;
import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.client.ExportSink;
import net.realmbridge.keycloak.imports.BoundUsers;
import net.realmbridge.keycloak.imports.GroupMirror;
import net.realmbridge.keycloak.imports.Mapping;
import net.realmbridge.keycloak.imports.Outcome;
import net.realmbridge.keycloak.metrics.Metrics.Leaver;
import net.realmbridge.keycloak.password.OfflinePasswords;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.UserModel;

/** Makes Keycloak's copy equal to a complete listing of the bridge. A listing that breaks off still updates, and removes nothing. */
final class FullSync implements ExportSink {
    private static final Logger LOG = Logger.getLogger(FullSync.class);
    private static final int BUFFER = 500;

    private final KeycloakSessionFactory factory;
    private final BridgeRuntime runtime;
    private final boolean guarded;
    private final Importing importing;
    private final Set<String> seenUsers = new HashSet<>();
    private final Set<String> seenGroups = new HashSet<>();
    private final List<BridgeUser> changed = new ArrayList<>();
    private final List<BridgeUser> added = new ArrayList<>();
    private final List<BridgeUser> unbound = new ArrayList<>();
    private final List<BridgeGroup> groups = new ArrayList<>();
    private final Leavers leavers;
    private final Long causedAt;
    private Map<String, String> known = Map.of();
    private int heldUsers;
    private BoundUsers bound;
    private Map<String, Map<String, String>> remoteLinks;

    /**
     * @param guarded whether a mass removal is held
     * @param causedAt when the federation itself was changed, if that is what the sync is for, or {@code null}
     */
    FullSync(KeycloakSessionFactory factory, BridgeRuntime runtime, boolean guarded, Long causedAt) {
        this.guarded = guarded;
        this.causedAt = causedAt;
        this.leavers = new Leavers(runtime);
        this.factory = factory;
        this.runtime = runtime;
        this.importing = new Importing(factory, runtime);
    }

    SyncReport run() {
        String realmId = runtime.config().realmId();
        known = KeycloakInternals.inTransaction(factory, realmId,
                (session, realm) -> KeycloakInternals.versions(session, realmId, runtime.config().componentId(), Mapping.VERSION));
        if (known == null) {
            return SyncReport.failed("the realm is gone");
        }
        runtime.snapshots().expire();
        String bindings = new BindingWatch(factory, runtime).look();
        Answer<String> cursor = runtime.client().export(this);
        flush();
        if (cursor instanceof Answer.Unavailable<String> unavailable) {
            return SyncReport.unavailable(importing.result(), unavailable);
        }
        if (!(cursor instanceof Answer.Found<String> found)) {
            return SyncReport.failed("the bridge has no export");
        }
        String held = removeUnseen();
        importing.linkLeftOver();
        // Rows that failed keep their old version, so the next full sync takes them up again.
        KeycloakInternals.inTransaction(factory, realmId, (session, realm) -> {
            CursorStore store = new CursorStore(session, realm, runtime.config());
            store.write(found.value());
            store.writeBindings(bindings);
            if (hasBroken()) {
                store.keepOwing(System.currentTimeMillis());
            } else {
                store.settleRepair();
            }
            new OfflinePasswords(session, realm, runtime.config()).clear();
            return null;
        });
        SyncReport report = SyncReport.done(importing.result(), held);
        runtime.feedLog().synced(report, held, heldUsers);
        runtime.metrics().synced(importing.result());
        LOG.infof("%s: full sync: %s", runtime.config().name(), report.getStatus());
        return report;
    }

    /** Whether a row could not be written. */
    boolean hasBroken() {
        return importing.hasBroken() || importing.hasBrokenLink();
    }

    @Override
    public void mappedAttributes(List<String> names) {
        KeycloakInternals.inTransaction(factory, runtime.config().realmId(), (session, realm) -> {
            runtime.learn(session, realm, Mapping.of(names));
            return null;
        });
    }

    @Override
    public void group(BridgeGroup group) {
        seenGroups.add(group.id());
        groups.add(group);
        if (groups.size() >= BUFFER) {
            flush();
        }
    }

    @Override
    public void user(BridgeUser user) {
        seenUsers.add(user.id());
        runtime.pendingLinks().remove(user.id());
        if (!isBound(user)) {
            unbound.add(user);
            if (unbound.size() >= BUFFER) {
                flush();
            }
        }
        if (runtime.config().importEnabled() && !user.version().equals(known.get(user.id()))) {
            (known.containsKey(user.id()) ? changed : added).add(user);
            if (changed.size() >= BUFFER || added.size() >= BUFFER) {
                flush();
            }
        }
    }

    /** Whether nothing is to be done about the bindings of a user whom Keycloak has in this version. */
    private boolean isBound(BridgeUser user) {
        if (!runtime.config().importEnabled()) {
            if (remoteLinks == null) {
                remoteLinks = KeycloakInternals.inTransaction(factory, runtime.config().realmId(),
                        (session, realm) -> KeycloakInternals.identities(session, realm.getId(), runtime.config().componentId()));
            }
            return remoteLinks == null || RemoteLinks.isRight(remoteLinks, user);
        }
        if (!user.isBound() || !user.version().equals(known.get(user.id()))) {
            return true;
        }
        if (bound == null) {
            bound = KeycloakInternals.inTransaction(factory, runtime.config().realmId(),
                    (session, realm) -> BoundUsers.read(session, realm, runtime.config().componentId()));
        }
        return bound == null || bound.isRight(user);
    }

    @Override
    public void readOnly(String userId) {
        seenUsers.add(userId);
    }

    private void flush() {
        importing.each(groups, (scope, group) -> {
            scope.importer().groups().ensure(group);
            return Outcome.UNCHANGED;
        });
        groups.clear();
        // Changes first: a name that one user gives up may be the name of a new one.
        importing.each(changed, this::change, (scope, user) -> {
            if (!user.enabled()) {
                keepOut(scope, user.id());
            }
        });
        changed.clear();
        importing.addAll(added);
        added.clear();
        importing.each(unbound, (scope, user) -> runtime.config().importEnabled()
                ? scope.importer().bind(user)
                : RemoteLinks.apply(scope, runtime, user));
        unbound.clear();
    }

    private Outcome change(Importing.Scope scope, BridgeUser user) {
        UserModel local = scope.importer().find(user.id());
        boolean leaves = local != null && local.isEnabled() && !user.enabled();
        Outcome outcome = scope.importer().upsert(user);
        if (outcome != Outcome.UNCHANGED && (causedAt == null || !user.enabled())) {
            // A change that the feed hasn't brought, or the version would be known: it may have been the password. Where the feed
            // itself has asked for this sync it has missed nothing, and a new mapping gives every user another version.
            new OfflinePasswords(scope.session(), scope.realm(), runtime.config()).wipe(user.id());
        }
        if (leaves) {
            leavers.tell(scope.session(), user.id(), Leaver.DEACTIVATED, "deactivated by a full sync", null);
        }
        return outcome;
    }

    /** A leaver whose row could not be written is not let in until the next attempt. */
    private void keepOut(Importing.Scope scope, String id) {
        UserModel local = scope.importer().find(id);
        if (local != null && local.isEnabled()) {
            scope.importer().lockOut(local);
            leavers.tell(scope.session(), id, Leaver.DEACTIVATED, "locked out, since the change itself failed", causedAt);
        }
    }

    private Outcome remove(Importing.Scope scope, String id) {
        if (!scope.importer().remove(id)) {
            return Outcome.UNCHANGED;
        }
        leavers.tell(scope.session(), id, Leaver.REMOVED, "removed by a full sync", causedAt);
        return Outcome.REMOVED;
    }

    /** @return why removals were held, or {@code null} */
    private String removeUnseen() {
        List<String> goneUsers = known.keySet().stream().filter(id -> !seenUsers.contains(id)).toList();
        Set<String> mirrored = KeycloakInternals.inTransaction(factory, runtime.config().realmId(),
                (session, realm) -> new GroupMirror(session, realm, runtime.config()).mirroredIds());
        List<String> goneGroups = mirrored == null ? List.of() : mirrored.stream().filter(id -> !seenGroups.contains(id)).toList();
        if (guarded && (RemovalGuard.holds(goneUsers.size(), known.size()) || RemovalGuard.holds(goneGroups.size(), mirrored.size()))) {
            for (int i = 0; i < goneUsers.size(); i++) {
                importing.result().increaseFailed();
            }
            heldUsers = goneUsers.size();
            String held = "the removal of " + goneUsers.size() + " users and " + goneGroups.size()
                    + " groups is held; if it is wanted, run a sync with removals=release, or with \"Hold mass removals\" switched off";
            LOG.warnf("%s: %s", runtime.config().name(), held);
            KeycloakInternals.inTransaction(factory, runtime.config().realmId(), (session, realm) -> {
                KeycloakInternals.adminEvent(session, realm, "realmbridge/" + runtime.config().componentId() + "/sync", held);
                return null;
            });
            return held;
        }
        List<String> goneLinks = remoteLinks == null ? List.of() : remoteLinks.keySet().stream().filter(id -> !seenUsers.contains(id)).toList();
        if (!guarded || !RemovalGuard.holds(goneLinks.size(), remoteLinks == null ? 0 : remoteLinks.size())) {
            importing.each(goneLinks, (scope, id) -> RemoteLinks.remove(scope, runtime, id));
        }
        importing.each(goneUsers, this::remove, this::keepOut);
        importing.each(goneGroups, (scope, id) -> {
            scope.importer().groups().remove(id);
            return Outcome.UNCHANGED;
        });
        return null;
    }
}
