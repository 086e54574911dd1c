package net.realmbridge.keycloak.password;

import net.realmbridge.keycloak.client.PasswordCheck;

/**
 * Why a right password doesn't let its user in, as the directory behind the bridge says. A locked account is not among them:
 * directories say so to wrong passwords too, and whoever guesses needn't know.
 */
enum PasswordRefusal {
    PASSWORD_EXPIRED("password_expired", "realmbridgePasswordExpired",
            "Your password has expired. Change it in your organization's directory, and sign in again."),
    PASSWORD_MUST_CHANGE("password_must_change", "realmbridgePasswordMustChange",
            "You must change your password in your organization's directory before you can sign in."),
    ACCOUNT_DISABLED("account_disabled", "realmbridgeAccountDisabled",
            "Your account is disabled in your organization's directory."),
    ACCOUNT_EXPIRED("account_expired", "realmbridgeAccountExpired",
            "Your account in your organization's directory has expired."),
    LOGON_DENIED("logon_denied", "realmbridgeLogonDenied",
            "Your organization's directory doesn't let you sign in now or from here.");

    private final String reason;
    private final String messageKey;
    private final String message;

    PasswordRefusal(String reason, String messageKey, String message) {
        this.reason = reason;
        this.messageKey = messageKey;
        this.message = message;
    }

    /** As the bridge calls it; also the error of the login event. */
    String reason() {
        return reason;
    }

    /** Of the text for the person who signs in, in the messages of theme-resources/. */
    String messageKey() {
        return messageKey;
    }

    /** The same for applications, in English. */
    String message() {
        return message;
    }

    /** @return {@code null} when there is nothing to tell beyond "wrong" */
    static PasswordRefusal of(PasswordCheck check) {
        if (!PasswordCheck.INVALID.equals(check.result()) || check.reason() == null) {
            return null;
        }
        for (PasswordRefusal refusal : values()) {
            if (refusal.reason.equals(check.reason())) {
                return refusal;
            }
        }
        return null;
    }
}
