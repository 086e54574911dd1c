package net.realmbridge.keycloak.client;

import java.time.Duration;
import java.util.function.Function;

/**
 * What the bridge said. The three cases are apart on purpose: a user may be removed only on {@link Absent}, and everything
 * that is not a clear answer of the bridge itself is {@link Unavailable}, never an absence.
 */
public sealed interface Answer<T> {

    record Found<T>(T value) implements Answer<T> {
    }

    /** The bridge's own proof that there is no such user or group. */
    record Absent<T>() implements Answer<T> {
    }

    /** @param retryAfter how long the bridge asked to be left alone, or zero */
    record Unavailable<T>(Outage outage, String detail, Duration retryAfter) implements Answer<T> {
    }

    static <T> Answer<T> found(T value) {
        return new Found<>(value);
    }

    static <T> Answer<T> absent() {
        return new Absent<>();
    }

    static <T> Answer<T> unavailable(Outage outage, String detail) {
        return new Unavailable<>(outage, detail, Duration.ZERO);
    }

    default <R> Answer<R> then(Function<? super T, Answer<R>> next) {
        if (this instanceof Found<T> found) {
            return next.apply(found.value());
        }
        if (this instanceof Unavailable<T> unavailable) {
            return new Unavailable<>(unavailable.outage(), unavailable.detail(), unavailable.retryAfter());
        }
        return absent();
    }
}
