package net.realmbridge.keycloak.admin;

import net.realmbridge.keycloak.client.Answer;
import net.realmbridge.keycloak.client.BridgeUser;
import net.realmbridge.keycloak.imports.Mapping;
import org.keycloak.models.UserModel;

/** Says in one sentence why a user is as it is. */
final class Verdicts {
    private Verdicts() {
    }

    static String of(String componentId, UserModel local, Answer<BridgeUser> answer) {
        if (local != null && !componentId.equals(local.getFederationLink())) {
            return local.getFederationLink() == null
                    ? "A local user of the realm holds this name; the bridge's user of the name is not imported."
                    : "Another component's user holds this name; this component's user of the name is not imported.";
        }
        if (answer instanceof Answer.Unavailable<BridgeUser>) {
            return local == null
                    ? "The bridge can't be asked now, and Keycloak has no copy."
                    : "The bridge can't be asked now. Keycloak's copy goes on working; its password can't be checked.";
        }
        if (answer instanceof Answer.Found<BridgeUser> found) {
            return local == null ? "The bridge has the user; Keycloak has no copy yet." : compare(local, found.value());
        }
        return local == null
                ? "Neither Keycloak nor the bridge has the user."
                : "The bridge has declared the user absent; the next full sync removes the copy.";
    }

    private static String compare(UserModel local, BridgeUser remote) {
        if (!remote.enabled()) {
            return "The user is inactive at the bridge, so it can't sign in.";
        }
        if (!local.isEnabled()) {
            return "The user is active at the bridge, but was disabled in Keycloak.";
        }
        return remote.version().equals(local.getFirstAttribute(Mapping.VERSION))
                ? "Keycloak's copy is current."
                : "Keycloak's copy is of another version than the bridge's user; the feed or a sync will bring it up to date.";
    }
}
