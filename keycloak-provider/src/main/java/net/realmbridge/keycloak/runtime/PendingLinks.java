package net.realmbridge.keycloak.runtime;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import net.realmbridge.keycloak.client.BridgeUser;

/**
 * Users who could not be linked to their accounts at the identity provider because somebody else is linked to the same subject.
 * Whoever is may lose it with any later change, so they are tried again after each. A user's own change makes the entry void.
 */
public final class PendingLinks {
    private static final int MAX_USERS = 1_000;

    private final Map<String, BridgeUser> users = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, BridgeUser> eldest) {
            return size() > MAX_USERS;
        }
    };

    public synchronized void add(BridgeUser user) {
        users.put(user.id(), user);
    }

    public synchronized void remove(String id) {
        users.remove(id);
    }

    /** Takes out all that there are. */
    public synchronized List<BridgeUser> takeAll() {
        List<BridgeUser> all = List.copyOf(users.values());
        users.clear();
        return all;
    }
}
