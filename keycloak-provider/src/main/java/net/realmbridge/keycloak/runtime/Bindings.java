package net.realmbridge.keycloak.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import net.realmbridge.keycloak.client.FederationInfo;

/** What the federation's directories are bound to in the realm, and whether that is there. Each change of state is logged once. */
public final class Bindings {

    /** Whether a binding is in effect. */
    public enum State {
        BOUND("in effect"),
        MISSING("there is none of this alias in the realm; users are imported without it"),
        DISABLED("it is disabled"),
        ORGANIZATIONS_OFF("the realm has organizations switched off; users are imported without it"),
        NOT_WITHOUT_IMPORT("a component that doesn't import users can't make them members of an organization");

        private final String meaning;

        State(String meaning) {
            this.meaning = meaning;
        }

        public String meaning() {
            return meaning;
        }
    }

    /** What the realm has of an alias at the moment; the tag differs when it was made anew. */
    public record Target(State state, String tag) {
    }

    /** Looks aliases up in the realm. */
    public interface Realm {
        Target organization(String alias);

        Target identityProvider(String alias);
    }

    /** One binding of one directory. */
    public record Bound(String directory, String kind, String alias, State state) {
    }

    private final Consumer<String> warn;
    private final Consumer<String> info;
    private final Map<String, State> told = new LinkedHashMap<>();
    private volatile List<FederationInfo.Directory> directories;
    private volatile List<Bound> bound = List.of();

    public Bindings(Consumer<String> warn, Consumer<String> info) {
        this.warn = warn;
        this.info = info;
    }

    public boolean isKnown() {
        return directories != null;
    }

    public void learn(FederationInfo federation) {
        directories = federation.directories();
    }

    /** @return what the bridge said last of the directory, or {@code null} as long as it has said nothing */
    public FederationInfo.Directory directory(String slug) {
        List<FederationInfo.Directory> known = directories;
        return known == null ? null : known.stream().filter(one -> one.slug().equals(slug)).findFirst().orElse(null);
    }

    /** As they were found last. */
    public List<Bound> list() {
        return bound;
    }

    public boolean hasOrganizations() {
        return bound.stream().anyMatch(one -> one.kind().equals("organization"));
    }

    /** @return a text that differs when anything has changed which calls for a look at all users; empty without a binding */
    public synchronized String look(Realm realm) {
        List<Bound> found = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (FederationInfo.Directory directory : directories == null ? List.<FederationInfo.Directory>of() : directories) {
            if (directory.organization() != null) {
                look(directory.slug(), "organization", directory.organization(), realm.organization(directory.organization()), found, text);
            }
            if (directory.identityLink() != null && directory.identityLink().provider() != null) {
                String alias = directory.identityLink().provider();
                look(directory.slug(), "identity provider", alias, realm.identityProvider(alias), found, text);
            }
        }
        bound = List.copyOf(found);
        tell();
        return text.toString();
    }

    private static void look(String directory, String kind, String alias, Target target, List<Bound> found, StringBuilder text) {
        found.add(new Bound(directory, kind, alias, target.state()));
        text.append(kind).append(' ').append(alias).append(' ')
                .append(target.state() == State.MISSING || target.state() == State.ORGANIZATIONS_OFF ? target.state() : target.tag())
                .append('\n');
    }

    private void tell() {
        Map<String, State> now = new LinkedHashMap<>();
        bound.forEach(one -> now.put("directory " + one.directory() + " is bound to " + one.kind() + " " + one.alias(), one.state()));
        now.forEach((what, state) -> {
            State before = told.get(what);
            if (state != before && state != State.BOUND) {
                warn.accept(what + ": " + state.meaning());
            } else if (state != before && before != null) {
                info.accept(what + ": " + state.meaning());
            }
        });
        told.clear();
        told.putAll(now);
    }
}
