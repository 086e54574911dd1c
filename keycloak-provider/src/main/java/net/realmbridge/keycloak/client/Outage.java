package net.realmbridge.keycloak.client;

import org.keycloak.storage.StorageUnavailableException;

/** Why the bridge gave no usable answer. */
public enum Outage {
    /** No connection: refused, reset, unknown host, TLS failure. */
    UNREACHABLE(true),
    /** No complete answer within the deadline. */
    TIMEOUT(true),
    /** 401 or 403: the token is wrong, expired or of another federation. */
    UNAUTHORIZED(true),
    /** 429 or 503. */
    OVERLOADED(true),
    /** Another major version of the API, or none at all: something else answers at this address. */
    WRONG_VERSION(true),
    /** 5xx, HTML, cut or malformed JSON, an unknown status. */
    BAD_ANSWER(true),
    /** The bridge is well, but the source behind this one user is not. */
    SOURCE_UNAVAILABLE(false),
    /** The bridge refused this one request as malformed. */
    BAD_REQUEST(false),
    /** The user's directory is switched off in this federation; its copy stays as it is. */
    DIRECTORY_DISABLED(false),
    /** The feed can't go on from the stored cursor. */
    CURSOR_EXPIRED(false),
    /** Not sent: earlier calls failed, and the next attempt isn't due yet. */
    SUSPENDED(false),
    /** Not sent: too many calls are waiting already. */
    BUSY(false),
    /** The waiting thread was interrupted. */
    INTERRUPTED(false);

    private final boolean fault;

    Outage(boolean fault) {
        this.fault = fault;
    }

    /** Whether it says something about the bridge's health, as opposed to this one request. */
    public boolean isFault() {
        return fault;
    }

    /**
     * Keycloak interrupts a look-up that takes longer than its own limit, and asks the next provider only after this exception.
     * All deadlines here are shorter, so it is not expected to happen.
     */
    public static void rethrowInterrupt(Answer<?> answer) {
        if (answer instanceof Answer.Unavailable<?> unavailable && unavailable.outage() == INTERRUPTED) {
            throw new StorageUnavailableException(unavailable.detail());
        }
    }
}
