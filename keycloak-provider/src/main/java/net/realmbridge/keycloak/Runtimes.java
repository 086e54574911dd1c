package net.realmbridge.keycloak;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import net.realmbridge.keycloak.client.BridgeClient;
import net.realmbridge.keycloak.client.HttpBridgeClient;
import net.realmbridge.keycloak.client.NoBridgeClient;
import net.realmbridge.keycloak.config.BridgeConfig;
import net.realmbridge.keycloak.feed.FeedJob;
import net.realmbridge.keycloak.feed.FeedTail;
import net.realmbridge.keycloak.live.Snapshots;
import net.realmbridge.keycloak.runtime.BridgeRuntime;
import net.realmbridge.keycloak.spi.KeycloakInternals;
import org.jboss.logging.Logger;
import org.keycloak.component.ComponentModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.storage.UserStorageProvider;
import org.keycloak.vault.VaultStringSecret;

/**
 * The running parts of all components of this node, rebuilt when a configuration changes. A change made on another node is
 * noticed by the next request here, by the feed's thread, or by the watch that also finds components which were added there.
 */
final class Runtimes implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Runtimes.class);
    private static final int WATCH_SECONDS = 10;

    private record Running(BridgeRuntime runtime, FeedTail tail) {
        boolean isCurrent(BridgeConfig config) {
            return runtime.config().equals(config) && (tail == null || !tail.isStopped());
        }
    }

    private final Map<String, Running> running = new HashMap<>();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "realmbridge-watch");
        thread.setDaemon(true);
        thread.setContextClassLoader(Runtimes.class.getClassLoader());
        return thread;
    });
    private boolean closed;

    BridgeRuntime get(KeycloakSession session, ComponentModel model) {
        BridgeConfig config = BridgeConfig.of(model);
        synchronized (this) {
            Running found = running.get(config.componentId());
            if (found == null || !found.isCurrent(config)) {
                stop(config.componentId());
                found = start(session, config, found);
                running.put(config.componentId(), found);
            }
            return found.runtime();
        }
    }

    private Running start(KeycloakSession session, BridgeConfig config, Running before) {
        BridgeRuntime runtime = new BridgeRuntime(config, client(session, config), seenBefore(config, before));
        if (!config.enabled() || !config.isComplete() || closed) {
            return new Running(runtime, null);
        }
        KeycloakSessionFactory factory = session.getKeycloakSessionFactory();
        FeedTail tail = new FeedTail(runtime, new FeedJob(factory, runtime), () -> isStillWanted(factory, config));
        runtime.onTurn(tail::wake);
        tail.start();
        return new Running(runtime, tail);
    }

    /** A changed time-out or address must not end the sessions of users who aren't imported, least of all in an outage. */
    private static Snapshots seenBefore(BridgeConfig config, Running before) {
        if (before == null || !before.runtime().config().federation().equals(config.federation())) {
            return new Snapshots(System::nanoTime);
        }
        before.runtime().snapshots().expire();
        return before.runtime().snapshots();
    }

    private static BridgeClient client(KeycloakSession session, BridgeConfig config) {
        if (!config.isComplete()) {
            return new NoBridgeClient();
        }
        try (VaultStringSecret secret = session.vault().getStringSecret(config.token())) {
            return new HttpBridgeClient(config.bridgeUrl(), config.federation(), secret.get().orElse("").strip(), config.requestTimeout(),
                    config.bridgeUrl().toLowerCase(Locale.ROOT).startsWith("https:") ? KeycloakInternals.tls(session) : null);
        }
    }

    /** Asked by a feed's thread before each poll. A component that has changed behind its back gets a new thread instead. */
    private boolean isStillWanted(KeycloakSessionFactory factory, BridgeConfig config) {
        BridgeConfig now;
        try {
            now = KeycloakInternals.inTransaction(factory, config.realmId(), (session, realm) -> {
                ComponentModel model = realm.getComponent(config.componentId());
                return model == null ? null : BridgeConfig.of(model);
            });
        } catch (RuntimeException e) {
            // Keycloak's database is away, most likely. The poll finds that out as well, and waits before it tries again.
            LOG.debugf(e, "Whether component %s is still as it was could not be read", config.componentId());
            return true;
        }
        if (config.equals(now)) {
            return true;
        }
        refresh(factory, config.realmId(), config.componentId());
        return false;
    }

    /** Brings what runs in line with what is in the database. */
    void refresh(KeycloakSessionFactory factory, String realmId, String componentId) {
        try {
            Boolean found = KeycloakInternals.inTransaction(factory, realmId, (session, realm) -> {
                ComponentModel model = realm.getComponent(componentId);
                return model != null && get(session, model) != null;
            });
            if (found == null || !found) {
                stop(componentId);
            }
        } catch (RuntimeException e) {
            LOG.warnf("The feed of component %s could not be started; the next request to its realm tries again: %s", componentId, e);
        }
    }

    /** Starts what is there, and from now on what another node of the cluster adds. */
    void startAll(KeycloakSessionFactory factory) {
        startMissing(factory);
        watch.scheduleWithFixedDelay(() -> {
            try {
                startMissing(factory);
            } catch (RuntimeException e) {
                // Keycloak's database is away, most likely; the next round is soon.
                LOG.debug("Components could not be listed", e);
            }
        }, WATCH_SECONDS, WATCH_SECONDS, TimeUnit.SECONDS);
    }

    private void startMissing(KeycloakSessionFactory factory) {
        KeycloakInternals.forEachRealmWith(factory, UserStorageProvider.class, realm -> realm
                .getComponentsStream(realm.getId(), UserStorageProvider.class.getName())
                .filter(model -> BridgeProviderFactory.ID.equals(model.getProviderId()))
                .forEach(model -> refresh(factory, realm.getId(), model.getId())));
    }

    synchronized void stop(String componentId) {
        Running found = running.remove(componentId);
        if (found != null) {
            if (found.tail() != null) {
                found.tail().close();
            }
            found.runtime().close();
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        watch.shutdown();
        List.copyOf(running.keySet()).forEach(this::stop);
    }
}
