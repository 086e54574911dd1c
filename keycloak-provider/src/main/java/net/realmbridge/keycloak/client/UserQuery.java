package net.realmbridge.keycloak.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The parameters of a user search, named as in the user-storage API. */
public final class UserQuery {
    private final List<Map.Entry<String, String>> parameters;

    private UserQuery(List<Map.Entry<String, String>> parameters) {
        this.parameters = parameters;
    }

    public List<Map.Entry<String, String>> parameters() {
        return parameters;
    }

    public static Builder builder() {
        return new Builder();
    }

    public static final class Builder {
        private final Map<String, String> single = new LinkedHashMap<>();
        private final List<String> attributes = new ArrayList<>();

        public Builder with(String name, String value) {
            if (value != null) {
                single.put(name, value);
            }
            return this;
        }

        public Builder attribute(String name, String value) {
            attributes.add(name + ":" + value);
            return this;
        }

        public Builder page(Integer first, Integer max) {
            with("first", first == null || first < 0 ? null : String.valueOf(first));
            return with("max", max == null || max < 0 ? null : String.valueOf(max));
        }

        public UserQuery build() {
            List<Map.Entry<String, String>> all = new ArrayList<>(single.entrySet());
            attributes.forEach(attribute -> all.add(Map.entry("attribute", attribute)));
            return new UserQuery(List.copyOf(all));
        }
    }
}
