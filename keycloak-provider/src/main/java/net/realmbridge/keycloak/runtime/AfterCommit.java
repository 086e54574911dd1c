package net.realmbridge.keycloak.runtime;

import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.KeycloakSession;

/** What is to happen once a session's work is in the database, and not at all if it is rolled back. */
public final class AfterCommit {
    private AfterCommit() {
    }

    public static void run(KeycloakSession session, Runnable action) {
        session.getTransactionManager().enlistAfterCompletion(new AbstractKeycloakTransaction() {
            @Override
            protected void commitImpl() {
                action.run();
            }

            @Override
            protected void rollbackImpl() {
                // It hasn't happened.
            }
        });
    }
}
