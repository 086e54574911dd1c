package net.realmbridge.keycloak.client;

import java.util.List;

/**
 * A group as the bridge serves it; {@code path} holds the names below the provider's parent group, {@code parents} the ids of
 * those that are groups of the bridge too. What a user holds is a reference: id, name and path, without parents and roles.
 */
public record BridgeGroup(String id, String name, List<String> path, List<String> parents, List<MappedRole> roles) {

    public BridgeGroup {
        path = path == null || path.isEmpty() ? (name == null ? List.of() : List.of(name)) : List.copyOf(path);
        parents = parents == null ? List.of() : List.copyOf(parents);
        roles = roles == null ? List.of() : List.copyOf(roles);
    }

    boolean isUsable() {
        return Ids.isUuid(id) && !path.isEmpty() && parents.size() < path.size() && parents.stream().allMatch(Ids::isUuid)
                && roles.stream().allMatch(MappedRole::isUsable);
    }

    /** The names of the groups above the outermost parent: the directory's folder. */
    public List<String> folder() {
        return path.subList(0, path.size() - 1 - parents.size());
    }

    /** The group's own name, which is the last of its path. */
    public String ownName() {
        return path.get(path.size() - 1);
    }
}
