#!/bin/sh
# Runs once, when the database is made: the application's role may read and write rows, and change no table.
set -eu
psql --set=ON_ERROR_STOP=1 --set=password="$KAOPING_DATABASE_PASSWORD" --set=owner="$POSTGRES_USER" \
     --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" --quiet <<'SQL'
CREATE ROLE kaoping LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO kaoping;
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO kaoping;
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO kaoping;
SQL
