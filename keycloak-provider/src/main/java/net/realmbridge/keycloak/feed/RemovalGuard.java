package net.realmbridge.keycloak.feed;

/**
 * A listing may be complete and still wrong: a source that was emptied by mistake, a federation that points elsewhere. Above both
 * limits a removal waits for an administrator.
 */
final class RemovalGuard {
    private static final int MAX_COUNT = 50;
    private static final double MAX_SHARE = 0.1;

    private RemovalGuard() {
    }

    static boolean holds(int removed, int known) {
        return removed > MAX_COUNT && removed > known * MAX_SHARE;
    }
}
