package net.realmbridge.keycloak.runtime;

import java.util.function.Consumer;

/**
 * Whether the bridge can be used, told by two witnesses: the feed and the interactive calls. A change of state is logged once;
 * what goes on within a state is not, because an outage under load would otherwise write a line for every request.
 */
public final class Health {
    private final String subject;
    private final Consumer<String> warn;
    private final Consumer<String> info;
    private boolean feedDown;
    private boolean callsDown;
    private boolean unwritten;
    private String lastError;
    private long lastErrorAt;
    private long since = System.currentTimeMillis();

    public Health(String subject, Consumer<String> warn, Consumer<String> info) {
        this.subject = subject;
        this.warn = warn;
        this.info = info;
    }

    public synchronized void feed(String error) {
        boolean before = isDown();
        boolean impaired = isImpaired();
        feedDown = error != null;
        if (error == null && unwritten) {
            unwritten = false;
            info.accept("The feed goes on for " + subject + ". Rows that could not be written by now wait for a full sync.");
        }
        changed(before, impaired, error);
    }

    /** The bridge may be well, but what it says could not be written into Keycloak. */
    public synchronized void unwritten(String error) {
        boolean impaired = isImpaired();
        if (!unwritten) {
            warn.accept("What the bridge says could not be written into Keycloak for " + subject + ": " + error
                    + ". It is tried again; until then copies of users may be out of date.");
        }
        unwritten = true;
        changed(isDown(), impaired, error);
    }

    public synchronized void calls(String error) {
        boolean before = isDown();
        boolean impaired = isImpaired();
        callsDown = error != null;
        changed(before, impaired, error);
    }

    /** Whether the bridge is unavailable. */
    public synchronized boolean isDown() {
        return feedDown || callsDown;
    }

    /** Whether the bridge is unavailable, or what it says can't be written. */
    public synchronized boolean isImpaired() {
        return isDown() || unwritten;
    }

    public synchronized String lastError() {
        return lastError;
    }

    /** In milliseconds since 1970, or 0 when there was none. */
    public synchronized long lastErrorAt() {
        return lastErrorAt;
    }

    /** When the state began that holds now. */
    public synchronized long since() {
        return since;
    }

    private void changed(boolean before, boolean impaired, String error) {
        if (error != null) {
            lastError = error;
            lastErrorAt = System.currentTimeMillis();
        }
        if (impaired != isImpaired()) {
            since = System.currentTimeMillis();
        }
        if (!before && isDown()) {
            warn.accept("The bridge is unavailable to " + subject + ": " + error
                    + ". Imported users stay enabled, passwords can't be checked until it is back.");
        } else if (before && !isDown()) {
            info.accept("The bridge is available again to " + subject + ".");
        }
    }
}
