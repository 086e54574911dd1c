package net.realmbridge.keycloak.client;

/** What the configured federation is. */
public record FederationInfo(String federation, int apiVersion, String revision, long time) {
}
