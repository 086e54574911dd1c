#!/bin/bash
# Makes the secrets that are missing, for profile `tls` a certificate authority with a certificate for the proxy, and for
# profile `demo` a certificate for the LDAP server.
# What is there is left alone: put your own files in its place.
set -euo pipefail
cd /run/secrets
umask 022

for name in postgres-password realmbridge-database-password keycloak-database-password \
  keycloak-admin-password failover-admin-password admin-token grafana-password \
  secrets-key ldap-bind-password; do
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

if [ ! -s ldap.pem ]; then
  openssl req -x509 -newkey rsa:2048 -nodes -days 3650 -subj '/CN=ldap' -addext 'subjectAltName=DNS:ldap' \
    -keyout ldap-key.pem.new -out ldap.pem.new 2>/dev/null
  # The private key is readable as the other secrets are: the server that reads it is another user.
  chmod 644 ldap-key.pem.new
  mv ldap-key.pem.new ldap-key.pem
  mv ldap.pem.new ldap.pem
fi
