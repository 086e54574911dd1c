package net.realmbridge.keycloak.client;

/** Takes the lines of an export as they arrive. */
public interface ExportSink {

    void group(BridgeGroup group);

    void user(BridgeUser user);

    /** A user of a disabled directory: it exists, and its copy stays as it is. */
    void readOnly(String userId);
}
