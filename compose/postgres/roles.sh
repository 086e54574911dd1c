#!/bin/bash
# Two databases, each with a role of its own that is no superuser: row-level security binds the bridge's.
set -euo pipefail
for name in realmbridge keycloak; do
  psql -v ON_ERROR_STOP=1 -U "${POSTGRES_USER:-postgres}" -d postgres \
    --set name="$name" --set password="$(<"/run/secrets/$name-database-password")" <<'SQL'
create role :"name" login password :'password';
create database :"name" owner :"name";
SQL
done
