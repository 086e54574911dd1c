package net.realmbridge.keycloak.client;

import java.util.List;

/** Takes the lines of an export as they arrive. */
public interface ExportSink {

    /** The names of the attributes that the federation maps, before anything else. */
    default void mappedAttributes(List<String> names) {
    }

    void group(BridgeGroup group);

    void user(BridgeUser user);

    /** A user of a disabled directory: it exists, and its copy stays as it is. */
    void readOnly(String userId);
}
