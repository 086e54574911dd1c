package net.realmbridge.keycloak.config;

import java.util.List;

import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;

/** What an administrator sees and sets. Keycloak drops keys that aren't declared here or by itself. */
public final class ConfigProperties {
    public static final String BRIDGE_URL = "bridgeUrl";
    public static final String FEDERATION = "federation";
    public static final String TOKEN = "token";
    public static final String GROUPS_PARENT = "groupsParent";
    public static final String EMAIL_VERIFIED = "emailVerified";
    public static final String REQUEST_TIMEOUT = "requestTimeout";
    public static final String VALIDATION_TTL = "validationTtl";
    public static final String REMOVAL_GUARD = "removalGuard";
    public static final String PASSWORD_CHANGE_ENDS_SESSIONS = "passwordChangeEndsSessions";
    public static final String OFFLINE_PASSWORD = "offlinePassword";
    public static final String OFFLINE_PASSWORD_MAX_AGE = "offlinePasswordMaxAgeDays";

    private ConfigProperties() {
    }

    public static List<ProviderConfigProperty> all() {
        return ProviderConfigurationBuilder.create()
                // Not URL_TYPE: the console shows that as a link, and has no field to fill in.
                .property().name(BRIDGE_URL).type(ProviderConfigProperty.STRING_TYPE).required(true)
                .label("Bridge URL")
                .helpText("Address of the Realmbridge server, without the path of its API, such as https://bridge.example.com."
                        + " Saving does not call it: a component can be changed or disabled while the bridge is down.")
                .add()
                .property().name(FEDERATION).type(ProviderConfigProperty.STRING_TYPE).required(true)
                .label("Federation")
                .helpText("Slug of the federation in the bridge: the ordered list of directories that this realm sees."
                        + " `realmbridge federation list` shows them.")
                .add()
                .property().name(TOKEN).type(ProviderConfigProperty.PASSWORD).secret(true).required(true)
                .label("Token")
                .helpText("The federation's token, as `realmbridge token create --federation SLUG` shows it once. Saved tokens are masked; an"
                        + " expression such as ${vault.realmbridge} is looked up in Keycloak's vault.")
                .add()
                .property().name(GROUPS_PARENT).type(ProviderConfigProperty.STRING_TYPE).defaultValue(BridgeConfig.DEFAULT_PARENT)
                .label("Groups parent")
                .helpText("Path of the group below which the bridge's groups are mirrored, as PARENT/directory/group. It is created if it is missing."
                        + " Other groups, and groups that you add below it yourself, are left alone.")
                .add()
                .property().name("importEnabled").type(ProviderConfigProperty.BOOLEAN_TYPE).defaultValue("true")
                .label("Import users")
                .helpText("On: users are copied into Keycloak and go on working while the bridge is down. Recommended."
                        + " Off: users are read from the bridge each time, and only those seen lately work while it is down.")
                .add()
                .property().name(EMAIL_VERIFIED).type(ProviderConfigProperty.BOOLEAN_TYPE).defaultValue("true")
                .label("E-mail is verified")
                .helpText("Whether an e-mail address that comes from the bridge counts as verified.")
                .add()
                .property().name("removeInvalidUsersEnabled").type(ProviderConfigProperty.BOOLEAN_TYPE).defaultValue("true")
                .label("Remove vanished users")
                .helpText("On: a user that the bridge declares absent is removed from Keycloak. Off: it stays, disabled and read-only."
                        + " An outage is never taken for absence.")
                .add()
                .property().name(REMOVAL_GUARD).type(ProviderConfigProperty.BOOLEAN_TYPE).defaultValue("true")
                .label("Hold mass removals")
                .helpText("On: a full sync that would remove more than 50 users and more than 10 % of them removes none and reports them as failed."
                        + " A wanted mass removal is let through by POST …/realmbridge/{component}/sync?removals=release in the admin REST API.")
                .add()
                .property().name(PASSWORD_CHANGE_ENDS_SESSIONS).type(ProviderConfigProperty.BOOLEAN_TYPE).defaultValue("true")
                .label("Password change ends sessions")
                .helpText("On: when the identity provider changes a user's password, all of the user's sessions end, offline ones included."
                        + " Off: they go on. The sessions of a user who is deactivated or removed end in any case.")
                .add()
                .property().name(OFFLINE_PASSWORD).type(ProviderConfigProperty.BOOLEAN_TYPE).defaultValue("false")
                .label("Offline password")
                .helpText("On: after a login with the right password, Keycloak keeps a salted hash of it and accepts that password while the bridge"
                        + " is unavailable, and only then. Who leaves during an outage can log in until it is over. Off: nobody can log in with a"
                        + " password during an outage, and hashes kept before are removed. For imported users only.")
                .add()
                .property().name(OFFLINE_PASSWORD_MAX_AGE).type(ProviderConfigProperty.STRING_TYPE)
                .defaultValue(String.valueOf(BridgeConfig.DEFAULT_OFFLINE_DAYS))
                .label("Offline password age (days)")
                .helpText("For how many days after the bridge last confirmed a password it is accepted while the bridge is unavailable, from 1 to "
                        + BridgeConfig.MAX_OFFLINE_DAYS + ". Older hashes are removed.")
                .add()
                .property().name(REQUEST_TIMEOUT).type(ProviderConfigProperty.STRING_TYPE).defaultValue(String.valueOf(BridgeConfig.DEFAULT_TIMEOUT))
                .label("Request timeout (ms)")
                .helpText("How long a login or a lookup waits for the bridge, all in all, from " + BridgeConfig.MIN_TIMEOUT + " to "
                        + BridgeConfig.MAX_TIMEOUT + " milliseconds.")
                .add()
                .property().name(VALIDATION_TTL).type(ProviderConfigProperty.STRING_TYPE).defaultValue(String.valueOf(BridgeConfig.DEFAULT_TTL))
                .label("Validation lifetime (s)")
                .helpText("How long a checked user is not asked for again while the change feed is not connected. While it is connected, users are"
                        + " current without asking.")
                .add()
                .build();
    }
}
