#!/bin/sh
# The one-shot `connect`: a directory in a federation, and the realm that sees it. Everything here can be repeated.
set -eu

exists() { realmbridge "$1" list --json | tr -d ' \n' | grep -q "\"slug\":\"$2\""; }

exists directory "$DIRECTORY" || realmbridge directory create "$DIRECTORY"
if ! exists federation "$FEDERATION"; then
  realmbridge federation create "$FEDERATION"
  realmbridge federation add-directory "$FEDERATION" "$DIRECTORY"
fi
exec realmbridge connect \
  --keycloak "$KEYCLOAK_URL" --admin-password-file /run/secrets/keycloak-admin-password \
  --realm "$REALM" --create-realm --federation "$FEDERATION" --bridge-url "$BRIDGE_URL" \
  --theme realmbridge --failover-password-file /run/secrets/failover-admin-password
