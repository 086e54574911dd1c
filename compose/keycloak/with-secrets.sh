#!/bin/bash
# Keycloak with secrets from files: KC_…_PASSWORD_FILE and KC_…_SECRET_FILE name files with the values of the variables
# of those names without _FILE.
set -euo pipefail
for name in "${!KC_@}"; do
  case $name in
    *_PASSWORD_FILE | *_SECRET_FILE)
      file=${!name}
      [[ -r $file && -s $file ]] || { echo "$name names a file that is empty or can't be read." >&2; exit 78; }
      export "${name%_FILE}=$(<"$file")"
      unset "$name"
      ;;
  esac
done
exec /opt/keycloak/bin/kc.sh "$@"
