package net.realmbridge.keycloak.feed;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Consumer;

import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.imports.IdentityLinks;
import net.realmbridge.keycloak.imports.Outcome;
import net.realmbridge.keycloak.imports.UserImporter;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.storage.StorageId;
import org.keycloak.storage.user.SynchronizationResult;

/**
 * Runs import work in transactions of several rows. If one fails, its rows are tried again one by one, so that a bad row fails
 * alone.
 */
final class Importing {
    private static final Logger LOG = Logger.getLogger(Importing.class);
    private static final int ROWS = 50;
    /** New users are only added, so more of them go together. */
    private static final int NEW_ROWS = 100;
    /** A cause that hits one row often hits thousands. */
    private static final int MAX_TOLD = 5;

    private final KeycloakSessionFactory factory;
    private final BridgeRuntime runtime;
    private final SynchronizationResult result = new SynchronizationResult();
    private final List<BridgeUser> unlinked = new ArrayList<>();
    private int broken;
    private boolean linkBroken;

    /** What the rows of one transaction share. */
    record Scope(KeycloakSession session, RealmModel realm, UserImporter importer) {
    }

    Importing(KeycloakSessionFactory factory, BridgeRuntime runtime) {
        this.factory = factory;
        this.runtime = runtime;
    }

    /** Whether a row could not be written, which may have been the database's trouble of a moment. */
    boolean hasBroken() {
        return broken > 0;
    }

    /** Whether a link that was left over could not be written. It may be of a user whom none of the rows is about. */
    boolean hasBrokenLink() {
        return linkBroken;
    }

    /** What has been done so far. */
    SynchronizationResult result() {
        return result;
    }

    /** For users who are most likely new. */
    void addAll(List<BridgeUser> users) {
        inBatches(users, NEW_ROWS, (scope, batch) -> {
            scope.importer().prepare(batch);
            List<BridgeUser> strangers = batch.stream().filter(scope.importer()::isStranger).toList();
            List<Outcome> outcomes = new ArrayList<>();
            batch.stream().filter(user -> !scope.importer().isStranger(user)).forEach(user -> outcomes.add(scope.importer().upsert(user)));
            scope.importer().addStrangers(strangers);
            outcomes.addAll(Collections.nCopies(strangers.size(), Outcome.ADDED));
            return outcomes;
        }, row -> { });
    }

    /**
     * Tries those again whose subject somebody else was linked to, now or in an earlier run, who may have lost it since. Who still
     * can't be linked is told, and waits for the next run.
     */
    void linkLeftOver() {
        List<BridgeUser> pending = runtime.pendingLinks().takeAll();
        try {
            linkLeftOver(new ArrayList<>(pending));
        } catch (RuntimeException e) {
            // Those of this run come again with it, but nothing would bring these.
            pending.forEach(runtime.pendingLinks()::add);
            throw e;
        }
    }

    private void linkLeftOver(List<BridgeUser> left) {
        left.addAll(unlinked);
        unlinked.clear();
        if (left.isEmpty()) {
            return;
        }
        List<BridgeUser> free = KeycloakInternals.inTransaction(factory, runtime.config().realmId(),
                (session, realm) -> new IdentityLinks(session, realm).withFreeSubject(left, this::keycloakId));
        if (free == null) {
            return;
        }
        int before = broken;
        each(free, (scope, user) -> runtime.config().importEnabled()
                ? scope.importer().bind(user)
                : isCurrent(user) ? RemoteLinks.apply(scope, runtime, user) : Outcome.UNCHANGED);
        linkBroken |= broken > before;
        broken = before;
        left.removeAll(free);
        left.addAll(unlinked);
        unlinked.clear();
        left.forEach(user -> {
            runtime.conflicts().accept(IdentityLinks.refusal(user));
            runtime.pendingLinks().add(user);
        });
    }

    private boolean isCurrent(BridgeUser user) {
        BridgeUser remembered = runtime.snapshots().get(user.id());
        return remembered == null || remembered.version().equals(user.version());
    }

    private String keycloakId(String id) {
        return runtime.config().importEnabled() ? id : new StorageId(runtime.config().componentId(), id).getId();
    }

    <R> void each(List<R> rows, BiFunction<Scope, R, Outcome> action) {
        each(rows, action, (scope, row) -> { });
    }

    /**
     * @param onFailure what must happen for a row even though it can't be applied, in a transaction of its own; if that fails
     *     as well, so does the whole call
     */
    <R> void each(List<R> rows, BiFunction<Scope, R, Outcome> action, BiConsumer<Scope, R> onFailure) {
        inBatches(rows, ROWS, (scope, batch) -> {
            List<Outcome> outcomes = new ArrayList<>();
            batch.forEach(row -> outcomes.add(action.apply(scope, row)));
            return outcomes;
        }, row -> transaction(List.of(row), (scope, one) -> {
            onFailure.accept(scope, row);
            return List.of();
        }));
    }

    private <R> void inBatches(List<R> rows, int size, BiFunction<Scope, List<R>, List<Outcome>> action, Consumer<R> onFailure) {
        for (int from = 0; from < rows.size(); from += size) {
            batch(rows.subList(from, Math.min(rows.size(), from + size)), action, onFailure);
        }
    }

    private <R> void batch(List<R> rows, BiFunction<Scope, List<R>, List<Outcome>> action, Consumer<R> onFailure) {
        try {
            transaction(rows, action).forEach(this::count);
        } catch (RuntimeException e) {
            if (rows.size() > 1) {
                rows.forEach(row -> batch(List.of(row), action, onFailure));
            } else {
                broken++;
                result.increaseFailed();
                if (result.getFailed() <= MAX_TOLD) {
                    LOG.warnf("%s: a row could not be imported: %s", runtime.config().name(), brief(e));
                }
                LOG.debug("Row not imported", e);
                onFailure.accept(rows.get(0));
            }
        }
    }

    private <R> List<Outcome> transaction(List<R> rows, BiFunction<Scope, List<R>, List<Outcome>> action) {
        List<BridgeUser> left = new ArrayList<>();
        List<Outcome> outcomes = KeycloakInternals.inTransaction(factory, runtime.config().realmId(), (session, realm) -> {
            UserImporter importer = new UserImporter(session, realm, runtime.config(), runtime.mapping(session, realm),
                    runtime.conflicts());
            List<Outcome> done = action.apply(new Scope(session, realm, importer), rows);
            left.addAll(importer.unlinked());
            return done;
        });
        unlinked.addAll(left);
        return outcomes == null ? List.of() : outcomes;
    }

    private void count(Outcome outcome) {
        switch (outcome) {
            case ADDED -> result.increaseAdded();
            case UPDATED -> result.increaseUpdated();
            case REMOVED -> result.increaseRemoved();
            case CONFLICT -> result.increaseFailed();
            case UNCHANGED -> {
                // Nothing to count.
            }
        }
    }

    private static String brief(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null && root.getCause() != root) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName() + ": " + root.getMessage();
    }
}
