#!/bin/bash
# Makes the secrets that are missing, and for profile `tls` a certificate authority with a certificate for the proxy.
# What is there is left alone: put your own files in its place.
set -euo pipefail
cd /run/secrets
umask 022

for name in postgres-password realmbridge-database-password keycloak-database-password \
  keycloak-admin-password failover-admin-password admin-token grafana-password; do
  [ -s "$name" ] || { openssl rand -hex 24 >"$name.new" && mv "$name.new" "$name"; }
done

if [ ! -s proxy.pem ]; then
  work=$(mktemp -d)
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=Realmbridge compose' \
    -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
  openssl req -newkey rsa:2048 -nodes -subj '/CN=proxy' -keyout "$work/proxy.key" -out "$work/proxy.csr" 2>/dev/null
  openssl x509 -req -in "$work/proxy.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 825 \
    -extfile <(printf 'subjectAltName=DNS:proxy,DNS:localhost') -out "$work/proxy.crt" 2>/dev/null
  cp "$work/ca.pem" ca.pem
  cat "$work/proxy.crt" "$work/proxy.key" >proxy.pem
  rm -rf "$work"
fi
