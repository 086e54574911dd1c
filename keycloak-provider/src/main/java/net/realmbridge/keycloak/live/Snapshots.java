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

    public synchronized void put(BridgeUser user) {
        users.put(user.id(), new Snapshot(user, nanoTime.getAsLong()));
    }

    public synchronized void remove(String id) {
        users.remove(id);
    }

    /** Everything may have changed: nothing is fresh any more, but all of it still helps in an outage. */
    public synchronized void expire() {
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
