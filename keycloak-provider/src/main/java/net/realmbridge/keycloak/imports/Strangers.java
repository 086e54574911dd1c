package net.realmbridge.keycloak.imports;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import net.realmbridge.keycloak.client.BridgeUser;

/** Picks from a batch the rows that collide with nobody: neither with a user in Keycloak's database nor with another row. */
final class Strangers {

    /** Answers with id, username and e-mail of the users who have one of these. */
    @FunctionalInterface
    interface Holders {
        List<String[]> find(Collection<String> ids, Collection<String> usernames, Collection<String> emails);
    }

    private Strangers() {
    }

    static Set<String> among(List<BridgeUser> rows, Holders holders) {
        Map<String, Integer> uses = new HashMap<>();
        Set<String> ids = new HashSet<>();
        Set<String> usernames = new HashSet<>();
        Set<String> emails = new HashSet<>(Set.of(""));
        for (BridgeUser row : rows) {
            ids.add(row.id());
            usernames.add(lower(row.username()));
            uses.merge("n" + lower(row.username()), 1, Integer::sum);
            if (row.email() != null) {
                emails.add(lower(row.email()));
                uses.merge("e" + lower(row.email()), 1, Integer::sum);
            }
        }
        Set<String> taken = new HashSet<>();
        for (String[] holder : holders.find(ids, usernames, emails)) {
            taken.add("i" + holder[0]);
            taken.add("n" + lower(holder[1]));
            taken.add("e" + lower(holder[2]));
        }
        Set<String> strangers = new HashSet<>();
        for (BridgeUser row : rows) {
            boolean alone = uses.get("n" + lower(row.username())) == 1
                    && (row.email() == null || uses.get("e" + lower(row.email())) == 1);
            boolean free = !taken.contains("i" + row.id()) && !taken.contains("n" + lower(row.username()))
                    && (row.email() == null || !taken.contains("e" + lower(row.email())));
            if (alone && free) {
                strangers.add(row.id());
            }
        }
        return strangers;
    }

    private static String lower(String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }
}
