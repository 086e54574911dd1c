package net.realmbridge.keycloak.feed;

import java.time.Duration;

import net.realmbridge.keycloak.client.Answer;
import org.keycloak.storage.user.SynchronizationResult;

/**
 * A sync's result with a message of its own. Keycloak turns an exception from a sync into "0 imported users" with status 200, so
 * a sync that could not read reports a failure instead. Such a report is marked as ignored too, which keeps Keycloak from
 * writing the time of the last sync and emptying the realm's user cache for nothing.
 */
public final class SyncReport extends SynchronizationResult {
    private final String problem;
    private final Duration retryAfter;
    private final boolean unwritten;

    private SyncReport(SynchronizationResult counts, String problem, Duration retryAfter, boolean complete) {
        this(counts, problem, retryAfter, complete, false);
    }

    private SyncReport(SynchronizationResult counts, String problem, Duration retryAfter, boolean complete, boolean unwritten) {
        this.unwritten = unwritten;
        add(counts);
        this.problem = problem;
        this.retryAfter = retryAfter;
        if (!complete) {
            increaseFailed();
            setIgnored(true);
        }
    }

    static SyncReport done(SynchronizationResult counts, String held) {
        return new SyncReport(counts, held, Duration.ZERO, true);
    }

    static SyncReport nothing() {
        return done(new SynchronizationResult(), null);
    }

    static SyncReport unavailable(SynchronizationResult counts, Answer.Unavailable<?> answer) {
        return new SyncReport(counts, "the bridge could not be read: " + answer.detail(), answer.retryAfter(), false);
    }

    /** For who can't sync because somebody else is trying, in vain so far. */
    public static SyncReport inVain(String lastError) {
        return failed("the bridge could not be read: " + lastError + "; another sync is still trying");
    }

    static SyncReport failed(String problem) {
        return new SyncReport(new SynchronizationResult(), problem, Duration.ZERO, false);
    }

    /** For what the bridge has said and Keycloak's database hasn't taken. */
    static SyncReport unwritten(String problem) {
        return new SyncReport(new SynchronizationResult(), problem, Duration.ZERO, false, true);
    }

    /** Whether it is Keycloak's database that failed, and not the bridge. */
    boolean isUnwritten() {
        return unwritten;
    }

    /** Whether the run went through, though single rows may have failed. */
    public boolean isComplete() {
        return !isIgnored();
    }

    Duration retryAfter() {
        return retryAfter;
    }

    String problem() {
        return problem;
    }

    @Override
    public String getStatus() {
        StringBuilder status = new StringBuilder();
        status.append(getAdded()).append(" imported users, ").append(getUpdated()).append(" updated users, ")
                .append(getRemoved()).append(" removed users");
        if (getFailed() > 0) {
            status.append(", ").append(getFailed()).append(" failed");
        }
        if (problem != null) {
            status.append("; ").append(problem);
        }
        return status.toString();
    }
}
