#!/bin/bash
# What the official image's entry point does, as far as anybody here asks for it.
set -euo pipefail
[ "${1:-}" ] && [ "${1:0:1}" != - ] || set -- postgres "$@"
[ "$1" = postgres ] || exec "$@"
if [ "$(id -u)" = 0 ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown -R postgres:postgres "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
from_file() {
  local file="$1_FILE"
  [ -z "${!file:-}" ] || export "$1=$(<"${!file}")"
}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  for name in POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB; do from_file $name; done
  user=${POSTGRES_USER:-postgres} database=${POSTGRES_DB:-${POSTGRES_USER:-postgres}}
  [ -n "${POSTGRES_PASSWORD:-}" ] || { echo >&2 'Error: superuser password is not specified.'; exit 1; }
  password=$(mktemp)
  printf '%s\n' "$POSTGRES_PASSWORD" >"$password"
  initdb --username="$user" --pwfile="$password"
  rm -f "$password"
  printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  pg_ctl -D "$PGDATA" -o "-c listen_addresses=''" -w start
  query=(psql -v ON_ERROR_STOP=1 --no-password --no-psqlrc -U "$user")
  [ "$database" = postgres ] || "${query[@]}" -d postgres --set database="$database" <<<'CREATE DATABASE :"database";'
  export POSTGRES_USER=$user POSTGRES_DB=$database
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) if [ -x "$file" ]; then "$file"; else . "$file"; fi ;;
      *.sql) "${query[@]}" -d "$database" -f "$file" ;;
    esac
  done
  pg_ctl -D "$PGDATA" -m fast -w stop
fi
exec "$@"
