package net.realmbridge.keycloak.imports;

/** What became of one row of an import. */
public enum Outcome {
    ADDED, UPDATED, REMOVED, UNCHANGED,
    /** Somebody else holds the username or the id; the row was left out. */
    CONFLICT
}
