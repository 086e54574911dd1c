package net.realmbridge.keycloak.live;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

import net.realmbridge.keycloak.client.BridgeUser;

/** The last known state of the users seen lately, for components that don't import. A limited number is kept. */
public final class Snapshots {
    private static final int MAX_USERS = 10_000;

    private record Snapshot(BridgeUser user, long at) {
    }

    private final LongSupplier nanoTime;
    private long changes;
    private final Map<String, Snapshot> users = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Snapshot> eldest) {
            return size() > MAX_USERS;
        }
    };

    public Snapshots(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** How many changes the feed has brought so far; to be read before a user is asked for. */
    public synchronized long changes() {
        return changes;
    }

    /**
     * Keeps what was asked for. If the feed has brought a change since, the answer may be older than that, so it only helps in an
     * outage: what is fresh is not asked for again while the feed is connected.
     */
    public synchronized void put(BridgeUser user, long changesBefore) {
        users.put(user.id(), new Snapshot(user, changes == changesBefore ? nanoTime.getAsLong() : Long.MIN_VALUE / 2));
    }

    /** Keeps what the feed has brought, of a user who was seen before. */
    public synchronized void change(BridgeUser user) {
        changes++;
        users.computeIfPresent(user.id(), (id, before) -> new Snapshot(user, nanoTime.getAsLong()));
    }

    public synchronized void remove(String id) {
        changes++;
        users.remove(id);
    }

    /** Everything may have changed: nothing is fresh any more, but all of it still helps in an outage. */
    public synchronized void expire() {
        changes++;
        users.replaceAll((id, snapshot) -> new Snapshot(snapshot.user(), Long.MIN_VALUE / 2));
    }

    public synchronized BridgeUser get(String id) {
        Snapshot snapshot = users.get(id);
        return snapshot == null ? null : snapshot.user();
    }

    public synchronized boolean isYounger(String id, Duration age) {
        Snapshot snapshot = users.get(id);
        return snapshot != null && snapshot.at() > Long.MIN_VALUE / 2 && nanoTime.getAsLong() - snapshot.at() < age.toNanos();
    }

    public synchronized boolean isKnown(String id) {
        Snapshot snapshot = users.get(id);
        return snapshot != null && snapshot.at() > Long.MIN_VALUE / 2;
    }

    public BridgeUser byUsername(String username) {
        return find(user -> user.username().equalsIgnoreCase(username));
    }

    public BridgeUser byEmail(String email) {
        String wanted = email.toLowerCase(Locale.ROOT);
        return find(user -> user.email() != null && user.email().toLowerCase(Locale.ROOT).equals(wanted));
    }

    private synchronized BridgeUser find(Predicate<BridgeUser> test) {
        return users.values().stream().map(Snapshot::user).filter(test).findFirst().orElse(null);
    }
}
