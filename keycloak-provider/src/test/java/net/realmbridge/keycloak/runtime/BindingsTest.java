package net.realmbridge.keycloak.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import net.realmbridge.keycloak.client.FederationInfo;
import net.realmbridge.keycloak.runtime.Bindings.State;
import net.realmbridge.keycloak.runtime.Bindings.Target;
import org.junit.jupiter.api.Test;

class BindingsTest {
    private final List<String> warnings = new ArrayList<>();
    private final List<String> news = new ArrayList<>();
    private final Map<String, Target> there = new HashMap<>();
    private final Bindings bindings = new Bindings(warnings::add, news::add);
    private final Bindings.Realm realm = new Bindings.Realm() {
        @Override
        public Target organization(String alias) {
            return there.getOrDefault(alias, new Target(State.MISSING, ""));
        }

        @Override
        public Target identityProvider(String alias) {
            return organization(alias);
        }
    };

    private void learn(String organization, String provider) {
        bindings.learn(new FederationInfo("acme", 1, "1", 0, List.of(new FederationInfo.Directory("entra", "Acme", organization,
                provider == null ? null : new FederationInfo.Binding(provider, "externalId", "allow")))));
    }

    @Test
    void withoutABindingThereIsNothingToLookAt() {
        assertThat(bindings.look(realm)).isEmpty();
        learn(null, null);
        assertThat(bindings.look(realm)).isEmpty();
        assertThat(bindings.list()).isEmpty();
    }

    @Test
    void whatIsMissingIsToldOnceAndItsArrivalToo() {
        learn("acme", "oidc");
        String before = bindings.look(realm);
        bindings.look(realm);
        assertThat(warnings).hasSize(2);
        assertThat(warnings.get(0)).contains("entra", "organization acme", "none of this alias");

        there.put("acme", new Target(State.BOUND, "id-1"));
        there.put("oidc", new Target(State.BOUND, "id-2"));
        assertThat(bindings.look(realm)).isNotEqualTo(before);
        assertThat(news).hasSize(2);
        assertThat(warnings).hasSize(2);
        assertThat(bindings.list()).extracting(Bindings.Bound::state).containsOnly(State.BOUND);
    }

    @Test
    void whatWasMadeAnewCallsForAnotherLookAndWhatWasSwitchedOffDoesNot() {
        learn("acme", null);
        there.put("acme", new Target(State.BOUND, "id-1"));
        String before = bindings.look(realm);
        there.put("acme", new Target(State.DISABLED, "id-1"));
        assertThat(bindings.look(realm)).isEqualTo(before);
        assertThat(warnings).singleElement().asString().contains("disabled");
        there.put("acme", new Target(State.BOUND, "id-2"));
        assertThat(bindings.look(realm)).isNotEqualTo(before);
    }
}
