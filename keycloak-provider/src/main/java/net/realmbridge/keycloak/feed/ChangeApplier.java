package net.realmbridge.keycloak.feed;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import net.realmbridge.keycloak.client.BridgeGroup;
import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.client.Change;
import net.realmbridge.keycloak.imports.Outcome;
import net.realmbridge.keycloak.imports.Sessions;
import net.realmbridge.keycloak.live.RemoteUser;
import net.realmbridge.keycloak.password.OfflinePasswords;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.UserModel;
import org.keycloak.models.cache.UserCache;
import org.keycloak.storage.UserStorageUtil;
import org.keycloak.storage.user.SynchronizationResult;

/** Applies the feed's items to Keycloak. */
final class ChangeApplier {
    private final BridgeRuntime runtime;
    private final Importing importing;
    private final Leavers leavers;
    private final Set<String> broken = new HashSet<>();

    ChangeApplier(KeycloakSessionFactory factory, BridgeRuntime runtime) {
        this.runtime = runtime;
        this.importing = new Importing(factory, runtime);
        this.leavers = new Leavers(runtime);
    }

    void apply(List<Change> changes) {
        voidPendingLinks(changes);
        importing.each(changes, this::apply, this::keepOut);
        importing.linkLeftOver();
        runtime.metrics().synced(importing.result());
        long now = System.currentTimeMillis();
        changes.stream().filter(change -> change.at() != null).forEach(change -> runtime.metrics().applied(Duration.ofMillis(now - change.at())));
        runtime.feedLog().applied(importing.result(), changes.stream().mapToLong(change -> change.at() == null ? 0 : change.at()).max().orElse(0));
    }

    /** The ids of what could not be written. */
    Set<String> broken() {
        return broken;
    }

    /** Whether a link of an earlier change could not be written; the same changes once more would not bring it. */
    boolean hasBrokenLink() {
        return importing.hasBrokenLink();
    }

    SynchronizationResult result() {
        return importing.result();
    }

    /** Without import: brings what this node remembers up to date. Sessions are the business of the node that applies the change. */
    void forget(List<Change> changes) {
        if (changes.stream().anyMatch(Change::isFederation)) {
            runtime.snapshots().expire();
        }
        voidPendingLinks(changes);
        importing.each(changes.stream().filter(Change::isUser).toList(), (scope, change) -> {
            remembered(scope, change);
            return Outcome.UNCHANGED;
        });
        importing.linkLeftOver();
    }

    private void voidPendingLinks(List<Change> changes) {
        changes.stream().filter(Change::isUser).forEach(change -> runtime.pendingLinks().remove(change.id()));
    }

    private Outcome apply(Importing.Scope scope, Change change) {
        if (change.isGroup()) {
            return group(scope, change);
        }
        if (change.isUser()) {
            return runtime.config().importEnabled() ? imported(scope, change) : remote(scope, change);
        }
        return Outcome.UNCHANGED;
    }

    /** A change that can't be applied is tried again by the next full sync, but a leaver is not let in until then. */
    private void keepOut(Importing.Scope scope, Change change) {
        broken.add(change.id());
        if (!change.isUser() || !Leavers.losesPassword(change) || !runtime.config().importEnabled()) {
            return;
        }
        UserModel local = scope.importer().find(change.id());
        if (local == null) {
            return;
        }
        offline(scope).wipe(change.id());
        if (change.isAbsent() || (change.user() != null && !change.user().enabled())) {
            // The same change comes again, and is told once.
            boolean isNews = local.isEnabled();
            scope.importer().lockOut(local);
            if (isNews) {
                leavers.tell(scope.session(), change, "locked out, since the change itself failed");
            }
        } else if (leavers.endsSessions(change)) {
            Sessions.endForGood(scope.session(), scope.realm(), local);
            leavers.tell(scope.session(), change, "logged out");
        }
    }

    private OfflinePasswords offline(Importing.Scope scope) {
        return new OfflinePasswords(scope.session(), scope.realm(), runtime.config());
    }

    private Outcome group(Importing.Scope scope, Change change) {
        BridgeGroup group = change.group();
        if (change.isPresent() && group != null) {
            scope.importer().groups().ensure(group);
        } else if (change.isAbsent()) {
            scope.importer().groups().remove(change.id());
        }
        return Outcome.UNCHANGED;
    }

    private Outcome imported(Importing.Scope scope, Change change) {
        BridgeUser user = change.user();
        Outcome outcome = Outcome.UNCHANGED;
        if (change.isAbsent()) {
            outcome = scope.importer().remove(change.id()) ? Outcome.REMOVED : Outcome.UNCHANGED;
            if (outcome == Outcome.REMOVED) {
                leavers.tell(scope.session(), change, "removed");
            }
        } else if (change.isPresent() && user != null) {
            outcome = scope.importer().upsert(user);
            if (outcome == Outcome.UNCHANGED) {
                // Written by an earlier attempt at this answer or by a request, and what was pending of its link is void.
                scope.importer().bind(user);
            }
            runtime.validated().mark(user.id());
        }
        if (Leavers.losesPassword(change) && !change.isAbsent()) {
            offline(scope).wipe(change.id());
        }
        if (leavers.endsSessions(change) && !change.isAbsent()) {
            UserModel local = scope.importer().find(change.id());
            if (local != null) {
                Sessions.endForGood(scope.session(), scope.realm(), local);
                leavers.tell(scope.session(), change, "logged out");
            }
        }
        return outcome;
    }

    /** Without import there is nothing to write, only to forget. */
    private Outcome remote(Importing.Scope scope, Change change) {
        UserModel user = remembered(scope, change);
        if (user != null && leavers.endsSessions(change)) {
            Sessions.endForGood(scope.session(), scope.realm(), user);
            leavers.tell(scope.session(), change, "logged out");
        }
        return Outcome.UNCHANGED;
    }

    private UserModel remembered(Importing.Scope scope, Change change) {
        BridgeUser before = runtime.snapshots().get(change.id());
        if (change.isAbsent()) {
            runtime.snapshots().remove(change.id());
        } else if (change.isPresent() && change.user() != null) {
            runtime.snapshots().change(change.user());
        }
        ComponentModel component = scope.realm().getComponent(runtime.config().componentId());
        if (component == null) {
            return null;
        }
        if (change.isAbsent()) {
            RemoteLinks.remove(scope, runtime, change.id());
        } else if (change.isPresent() && change.user() != null) {
            RemoteLinks.apply(scope, runtime, change.user());
        }
        UserModel user = new RemoteUser(scope.session(), scope.realm(), component, runtime.config(),
                runtime.mapping(scope.session(), scope.realm()),
                before != null ? before : change.user() != null ? change.user() : BridgeUser.unknown(change.id()));
        UserCache cache = UserStorageUtil.userCache(scope.session());
        if (cache != null) {
            cache.evict(scope.realm(), user);
        }
        return user;
    }
}
