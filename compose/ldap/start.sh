#!/bin/bash
# Loads the samples the first time, then runs OpenLDAP. It asks of the image no more than Debian's packages of slapd.
set -euo pipefail
data=/var/lib/ldap/seaworks

# The entry as which the bridge reads, with the password of its secret.
reader() {
  printf '\ndn: cn=realmbridge,dc=seaworks,dc=example\n'
  printf 'objectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: realmbridge\n'
  printf 'userPassword:: %s\n' "$(printf %s "$(</run/secrets/ldap-bind-password)" | base64 -w 0)"
}

if [ ! -e "$data/loaded" ]; then
  rm -rf "$data"
  mkdir -p "$data"
  { cat /ldap/seaworks.ldif; reader; } | slapadd -f /ldap/slapd.conf
  touch "$data/loaded"
fi
chown -R openldap:openldap "$data"
# With -d it stays in the foreground.
exec slapd -d none -f /ldap/slapd.conf -u openldap -g openldap -h ldaps:///
