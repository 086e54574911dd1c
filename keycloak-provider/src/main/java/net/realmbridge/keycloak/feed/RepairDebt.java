package net.realmbridge.keycloak.feed;

import java.util.concurrent.TimeUnit;

/**
 * That a full sync is owed to rows which could not be written, and when it is due, in milliseconds since 1970. The time to the next
 * one doubles each time, so that a row which can never be written doesn't cost a full sync again and again.
 */
record RepairDebt(long dueAt, long delay) {
    private static final long FIRST = TimeUnit.SECONDS.toMillis(30);
    private static final long LAST = TimeUnit.HOURS.toMillis(6);

    static RepairDebt first(long now) {
        return new RepairDebt(now + FIRST, FIRST);
    }

    /** The same debt after another attempt. */
    RepairDebt next(long now) {
        long longer = Math.min(LAST, delay * 2);
        return new RepairDebt(now + longer, longer);
    }

    /** The same debt when another row joins it, which is not to wait for long because of one that can never be written. */
    RepairDebt joined(long now) {
        return dueAt - now > FIRST ? first(now) : this;
    }

    /** A time too far away was written by a clock that has been put right since. */
    boolean isDue(long now) {
        return now >= dueAt || dueAt - now > LAST;
    }

    String text() {
        return dueAt + " " + delay;
    }

    /** What can't be read is due at once. */
    static RepairDebt parse(String text) {
        String[] parts = text.split(" ", -1);
        try {
            return new RepairDebt(Long.parseLong(parts[0]), Math.max(FIRST, Math.min(LAST, Long.parseLong(parts[1]))));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return new RepairDebt(0, FIRST);
        }
    }
}
