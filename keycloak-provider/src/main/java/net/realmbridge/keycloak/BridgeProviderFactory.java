package net.realmbridge.keycloak;

import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import net.realmbridge.keycloak.config.BridgeConfig;
import net.realmbridge.keycloak.config.CacheLifespan;
import net.realmbridge.keycloak.config.ConfigProperties;
import net.realmbridge.keycloak.feed.FeedJob;
import net.realmbridge.keycloak.feed.SyncReport;
import net.realmbridge.keycloak.imports.OrganizationMembership;
import net.realmbridge.keycloak.password.OfflinePasswords;
import net.realmbridge.keycloak.runtime.AfterCommit;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import org.keycloak.component.ComponentModel;
import org.keycloak.component.ComponentValidationException;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.storage.UserStorageProvider;
import org.keycloak.storage.UserStorageProviderFactory;
import org.keycloak.storage.UserStorageProviderModel;
import org.keycloak.storage.user.ImportSynchronization;
import org.keycloak.storage.user.SynchronizationResult;

/** Registers the provider "realmbridge" with Keycloak and follows the life of its components. */
public final class BridgeProviderFactory implements UserStorageProviderFactory<BridgeProvider>, ImportSynchronization {
    public static final String ID = "realmbridge";

    /** How long a sync waits for one that is under way to show whether the bridge is there. */
    private static final Duration BUSY_WAIT = Duration.ofSeconds(8);
    private static final Duration BUSY_PAUSE = Duration.ofMillis(200);

    private final Runtimes runtimes = new Runtimes();

    @Override
    public String getId() {
        return ID;
    }

    @Override
    public String getHelpText() {
        return "Users and groups that identity providers push to a Realmbridge server by SCIM.";
    }

    @Override
    public List<ProviderConfigProperty> getConfigProperties() {
        return ConfigProperties.all();
    }

    @Override
    public BridgeProvider create(KeycloakSession session, ComponentModel model) {
        return new BridgeProvider(session, model, runtimes.get(session, model));
    }

    @Override
    public void postInit(KeycloakSessionFactory factory) {
        KeycloakInternals.onStarted(factory, () -> runtimes.startAll(factory));
        KeycloakInternals.refuseRemovalWithOrganization(factory, OrganizationMembership.MARKER);
        // The feed notices too, but until its next look the members would be shut out.
        KeycloakInternals.onRealmSaved(factory, (session, realm) -> realm
                .getComponentsStream(realm.getId(), UserStorageProvider.class.getName())
                .filter(model -> ID.equals(model.getProviderId()))
                .forEach(model -> OrganizationMembership.release(session, realm, model.getId())));
    }

    @Override
    public void validateConfiguration(KeycloakSession session, RealmModel realm, ComponentModel model) throws ComponentValidationException {
        CacheLifespan.mend(model, model.getId() == null ? null : realm.getComponent(model.getId()));
        if (!Boolean.parseBoolean(model.getConfig().getFirstOrDefault("enabled", "true"))) {
            // Whatever is wrong with it, it must be possible to switch it off.
            return;
        }
        List<String> problems = BridgeConfig.problems(model);
        if (!problems.isEmpty()) {
            throw new ComponentValidationException(String.join(". ", problems));
        }
    }

    @Override
    public void onCreate(KeycloakSession session, RealmModel realm, ComponentModel model) {
        refreshAfterCommit(session, realm.getId(), model.getId());
    }

    @Override
    public void onUpdate(KeycloakSession session, RealmModel realm, ComponentModel oldModel, ComponentModel newModel) {
        BridgeConfig before = BridgeConfig.of(oldModel);
        BridgeConfig now = BridgeConfig.of(newModel);
        if (before.equals(now)) {
            return;
        }
        if (before.offlinePassword() && (!now.offlinePassword() || !now.importEnabled() || now.isOtherSource(before))) {
            OfflinePasswords.clearAll(session, now);
        }
        refreshAfterCommit(session, realm.getId(), newModel.getId());
    }

    @Override
    public void preRemove(KeycloakSession session, RealmModel realm, ComponentModel model) {
        refreshAfterCommit(session, realm.getId(), model.getId());
    }

    private void refreshAfterCommit(KeycloakSession session, String realmId, String componentId) {
        KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
        AfterCommit.run(session, () -> runtimes.refresh(factory, realmId, componentId));
    }

    @Override
    public SynchronizationResult sync(KeycloakSessionFactory factory, String realmId, UserStorageProviderModel model) {
        return sync(factory, realmId, model, FeedJob::fullSync);
    }

    /** The date is of no use, the bridge's cursor says exactly where to go on; only the date "never" asks for everything. */
    @Override
    public SynchronizationResult syncSince(Date lastSync, KeycloakSessionFactory factory, String realmId, UserStorageProviderModel model) {
        return sync(factory, realmId, model, lastSync.getTime() <= 0 ? FeedJob::fullSync : FeedJob::catchUp);
    }

    private SynchronizationResult sync(KeycloakSessionFactory factory, String realmId, UserStorageProviderModel model,
            Function<FeedJob, Optional<SyncReport>> work) {
        BridgeRuntime runtime = KeycloakInternals.inTransaction(factory, realmId, (session, realm) -> runtimes.get(session, model));
        if (runtime == null || !runtime.config().enabled()) {
            return SynchronizationResult.ignored();
        }
        FeedJob job = new FeedJob(factory, runtime);
        Optional<SyncReport> report = work.apply(job);
        long deadline = System.nanoTime() + BUSY_WAIT.toNanos();
        while (report.isEmpty() && !runtime.isDecided() && System.nanoTime() - deadline < 0 && pause()) {
            report = work.apply(job);
        }
        if (report.isEmpty() && runtime.health().isDown()) {
            return SyncReport.inVain(runtime.health().lastError());
        }
        return report.<SynchronizationResult>map(Function.identity()).orElseGet(SynchronizationResult::ignored);
    }

    private static boolean pause() {
        try {
            Thread.sleep(BUSY_PAUSE.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What runs for the component on this node. */
    public BridgeRuntime runtime(KeycloakSession session, ComponentModel model) {
        return runtimes.get(session, model);
    }

    /**
     * @param releaseRemovals whether removals go through that the guard would hold
     * @return {@code null} if another sync is at work
     */
    public SyncReport syncNow(KeycloakSession session, ComponentModel model, boolean releaseRemovals) {
        return new FeedJob(session.getKeycloakSessionFactory(), runtimes.get(session, model)).fullSync(releaseRemovals).orElse(null);
    }

    @Override
    public void close() {
        runtimes.close();
    }
}
