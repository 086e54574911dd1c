package net.realmbridge.keycloak.config;

import org.keycloak.component.ComponentModel;
import org.keycloak.storage.CacheableStorageProviderModel;

/**
 * Keycloak's console shows only the first digit of a custom provider's "Max lifespan", and sends that back with every Save: five
 * minutes become three milliseconds, and nobody's intention was that.
 */
public final class CacheLifespan {
    private CacheLifespan() {
    }

    /**
     * Puts the lifespan back that a component has, when what is to be saved is the first digit of it.
     *
     * @param stored the component as it is now, or {@code null} if it is new
     */
    public static void mend(ComponentModel saved, ComponentModel stored) {
        String now = saved.get(CacheableStorageProviderModel.MAX_LIFESPAN);
        String before = stored == null ? null : stored.get(CacheableStorageProviderModel.MAX_LIFESPAN);
        if (now != null && before != null && now.length() == 1 && before.length() > 1 && before.startsWith(now)) {
            saved.put(CacheableStorageProviderModel.MAX_LIFESPAN, before);
        }
    }
}
