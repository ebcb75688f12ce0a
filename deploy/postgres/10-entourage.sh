#!/bin/sh
# Makes the house's own role and database: no superuser, so that row-level security holds for it.
set -eu
psql --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname="${POSTGRES_DB:-postgres}" \
  --set=password="$(cat "${ENTOURAGE_PASSWORD_FILE:-/run/secrets/entourage_password}")" <<'SQL'
CREATE ROLE entourage LOGIN NOSUPERUSER NOBYPASSRLS CREATEDB PASSWORD :'password';
CREATE DATABASE entourage OWNER entourage;
REVOKE ALL ON DATABASE entourage FROM PUBLIC;
SQL
