package net.realmbridge.keycloak.runtime;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/** Remembers for a short time, and for a limited number of keys, that something has just been checked. */
public final class Freshness {
    private static final int MAX_KEYS = 10_000;

    private final long ttlNanos;
    private final LongSupplier nanoTime;
    private final Map<String, Long> checked = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MAX_KEYS;
        }
    };

    public Freshness(long ttlMillis, LongSupplier nanoTime) {
        this.ttlNanos = ttlMillis * 1_000_000;
        this.nanoTime = nanoTime;
    }

    public synchronized void mark(String key) {
        checked.put(key, nanoTime.getAsLong());
    }

    public synchronized boolean isFresh(String key) {
        Long at = checked.get(key);
        return at != null && nanoTime.getAsLong() - at < ttlNanos;
    }

    public synchronized void forget(String key) {
        checked.remove(key);
    }
}
