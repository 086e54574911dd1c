package net.realmbridge.keycloak.runtime;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.BridgeClient;
import net.realmbridge.keycloak.client.CircuitBreaker;
import net.realmbridge.keycloak.client.GuardedBridgeClient;
import net.realmbridge.keycloak.config.BridgeConfig;
import net.realmbridge.keycloak.imports.MappedNames;
import net.realmbridge.keycloak.imports.Mapping;
import net.realmbridge.keycloak.live.Snapshots;
import net.realmbridge.keycloak.metrics.MeteredBridgeClient;
import net.realmbridge.keycloak.metrics.Metrics;
import org.jboss.logging.Logger;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** What lives as long as a component's configuration: the connection, and what is known about it. */
public final class BridgeRuntime implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(BridgeRuntime.class);
    private static final int FAULTS_TO_OPEN = 3;
    private static final long OPEN_MILLIS = 3_000;
    private static final long NEGATIVE_MILLIS = 3_000;
    private static final long USERNAME_MILLIS = TimeUnit.MINUTES.toMillis(5);
    private static final long MAPPING_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final BridgeConfig config;
    private final CircuitBreaker breaker = new CircuitBreaker(FAULTS_TO_OPEN, OPEN_MILLIS, System::nanoTime);
    private final Lease lease = new Lease(System::nanoTime);
    private final Health health;
    private final BridgeClient client;
    private final Freshness validated;
    private final Freshness absent = new Freshness(NEGATIVE_MILLIS, System::nanoTime);
    private final Freshness usernames = new Freshness(USERNAME_MILLIS, System::nanoTime);
    private final Freshness told = new Freshness(TimeUnit.DAYS.toMillis(1), System::nanoTime);
    private final Snapshots snapshots;
    private final Bindings bindings;
    private final PendingLinks pendingLinks = new PendingLinks();
    private final FeedLog feedLog = new FeedLog(System::currentTimeMillis);
    private final Metrics metrics;
    private volatile Runnable onTurn = () -> { };
    private volatile boolean callsFail;
    private volatile KnownMapping mapping;

    private record KnownMapping(Mapping mapping, long at) {
    }

    public BridgeRuntime(BridgeConfig config, BridgeClient client) {
        this(config, client, new Snapshots(System::nanoTime));
    }

    /** @param snapshots what an earlier configuration of the same component has seen */
    public BridgeRuntime(BridgeConfig config, BridgeClient client, Snapshots snapshots) {
        this.config = config;
        this.snapshots = snapshots;
        this.health = new Health(config.toString(), LOG::warn, LOG::info);
        this.metrics = Metrics.of(config, new Metrics.Gauges(lease::isHeld, breaker::isOpen, () -> feedLog.entry().lastAnswerAt(),
                () -> feedLog.entry().heldUsers()));
        this.bindings = new Bindings(text -> LOG.warnf("%s: %s", config.name(), text), text -> LOG.infof("%s: %s", config.name(), text));
        this.client = new MeteredBridgeClient(new GuardedBridgeClient(client, breaker, this::observe), metrics);
        this.validated = new Freshness(config.validationTtl().toMillis(), System::nanoTime);
    }

    private void observe(Answer<?> answer) {
        if (!(answer instanceof Answer.Unavailable<?> unavailable)) {
            health.calls(null);
            turned(false);
        } else if (breaker.isOpen()) {
            // A single failed call is no outage; what opens the breaker is.
            health.calls(unavailable.detail());
            turned(true);
        }
    }

    private void turned(boolean fail) {
        if (callsFail != fail) {
            callsFail = fail;
            onTurn.run();
        }
    }

    /** @param action run when interactive calls begin to fail or to succeed again */
    public void onTurn(Runnable action) {
        onTurn = action;
    }

    public BridgeConfig config() {
        return config;
    }

    public BridgeClient client() {
        return client;
    }

    public SessionBridge session() {
        return new SessionBridge(client, config.requestTimeout(), System::nanoTime);
    }

    public Lease lease() {
        return lease;
    }

    public Health health() {
        return health;
    }

    /** Users that have been checked lately. */
    public Freshness validated() {
        return validated;
    }

    /** Names that the bridge has just declared absent: a mistyped name isn't asked for three times. */
    public Freshness absent() {
        return absent;
    }

    /** Names in lower case that a user in Keycloak has. */
    public Freshness usernames() {
        return usernames;
    }

    public Metrics metrics() {
        return metrics;
    }

    /** What the feed and the syncs have done. */
    public FeedLog feedLog() {
        return feedLog;
    }

    /** Which attributes the federation maps. What another node has learnt arrives here a little later. */
    public Mapping mapping(KeycloakSession session, RealmModel realm) {
        KnownMapping known = mapping;
        long now = System.nanoTime();
        if (known == null || now - known.at() > MAPPING_NANOS) {
            known = new KnownMapping(MappedNames.read(session, realm, config), now);
            mapping = known;
        }
        return known.mapping();
    }

    /** The bridge has told which attributes it maps. */
    public void learn(KeycloakSession session, RealmModel realm, Mapping told) {
        if (!told.names().equals(mapping(session, realm).names())) {
            MappedNames.write(session, realm, config, told);
        }
        mapping = new KnownMapping(told, System.nanoTime());
    }

    /** What the federation's directories are bound to in the realm. */
    public Bindings bindings() {
        return bindings;
    }

    /** Users who wait for somebody else to lose the link that they should have. */
    public PendingLinks pendingLinks() {
        return pendingLinks;
    }

    public Snapshots snapshots() {
        return snapshots;
    }

    /** Whether the feed has found out yet if the bridge is there. */
    public boolean isDecided() {
        return lease.isHeld() || health.isImpaired();
    }

    /**
     * The feed has answered.
     *
     * @param promptly whether as fast as an interactive call needs it: then such calls will succeed too, whatever they have met
     *     before. A bridge that is merely slow still feeds, and would otherwise be back and gone again with each poll.
     */
    public void feedAnswered(Duration leasePeriod, boolean promptly) {
        lease.renew(leasePeriod);
        if (promptly) {
            breaker.succeeded();
            callsFail = false;
            health.calls(null);
        }
        health.feed(null);
        feedLog.answered();
    }

    public void feedFailed(String error) {
        lease.drop();
        health.feed(error);
    }

    /** The feed has answered, but Keycloak's database hasn't taken what it said. */
    public void feedUnwritten(String error) {
        lease.drop();
        health.unwritten(error);
    }

    /** Logs a row's conflict, once a day for each. */
    public Consumer<String> conflicts() {
        return message -> {
            if (!told.isFresh(message)) {
                told.mark(message);
                LOG.warnf("%s: %s", config.name(), message);
            }
        };
    }

    @Override
    public void close() {
        lease.drop();
        client.close();
        metrics.close();
    }
}
