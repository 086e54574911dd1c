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
import net.realmbridge.keycloak.imports.GroupMirror;
import net.realmbridge.keycloak.imports.Mapping;
import net.realmbridge.keycloak.imports.Outcome;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSessionFactory;

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
    private final List<BridgeGroup> groups = new ArrayList<>();
    private Map<String, String> known = Map.of();

    /** @param guarded whether a mass removal is held */
    FullSync(KeycloakSessionFactory factory, BridgeRuntime runtime, boolean guarded) {
        this.guarded = guarded;
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
        Answer<String> cursor = runtime.client().export(this);
        flush();
        if (cursor instanceof Answer.Unavailable<String> unavailable) {
            return SyncReport.unavailable(importing.result(), unavailable);
        }
        if (!(cursor instanceof Answer.Found<String> found)) {
            return SyncReport.failed("the bridge has no export");
        }
        String held = removeUnseen();
        // Rows that failed keep their old version, so the next full sync takes them up again.
        KeycloakInternals.inTransaction(factory, realmId, (session, realm) -> {
            new CursorStore(session, realm, runtime.config()).write(found.value());
            return null;
        });
        SyncReport report = SyncReport.done(importing.result(), held);
        runtime.feedLog().synced(report, held);
        LOG.infof("%s: full sync: %s", runtime.config().name(), report.getStatus());
        return report;
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
        if (runtime.config().importEnabled() && !user.version().equals(known.get(user.id()))) {
            (known.containsKey(user.id()) ? changed : added).add(user);
            if (changed.size() >= BUFFER || added.size() >= BUFFER) {
                flush();
            }
        }
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
        importing.each(changed, (scope, user) -> scope.importer().upsert(user));
        changed.clear();
        importing.addAll(added);
        added.clear();
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
            String held = "the removal of " + goneUsers.size() + " users and " + goneGroups.size()
                    + " groups is held; if it is wanted, run a sync with removals=release, or with \"Hold mass removals\" switched off";
            LOG.warnf("%s: %s", runtime.config().name(), held);
            KeycloakInternals.inTransaction(factory, runtime.config().realmId(), (session, realm) -> {
                KeycloakInternals.adminEvent(session, realm, "realmbridge/" + runtime.config().componentId() + "/sync", held);
                return null;
            });
            return held;
        }
        importing.each(goneUsers, (scope, id) -> scope.importer().remove(id) ? Outcome.REMOVED : Outcome.UNCHANGED);
        importing.each(goneGroups, (scope, id) -> {
            scope.importer().groups().remove(id);
            return Outcome.UNCHANGED;
        });
        return null;
    }
}
