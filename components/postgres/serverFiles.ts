import {
  appRole,
  auditorRole,
  database,
  deployerRole,
  migratorRole,
  zitadelDatabase,
  zitadelRole,
} from "./names";

/**
 * Starts the server, and creates the cluster on an empty volume first. The cluster is made beside its place
 * and moved there when it is whole, so that a start that was cut short is simply repeated.
 *
 * The deployer's password is set at every start, in single-user mode and by standard input: a rotated secret
 * takes effect, and shows in no argument list. The deployer's own statements set passwords, so they are not
 * logged word for word; pgaudit, where the image has it, logs them without the passwords.
 *
 * `apexmcp_admin.strip_role` is the one thing of a superuser's that the deployer may do: take rights away.
 */
export const startScript = `#!/bin/sh
set -eu
umask 077
export PGDATA=/var/lib/postgresql/data/cluster
new=/var/lib/postgresql/data/new

if [ ! -e "$PGDATA/PG_VERSION" ]; then
  rm -rf "$new"
  initdb --pgdata="$new" --username=postgres --encoding=UTF8 --locale=C.UTF-8 --data-checksums \\
    --auth-local=peer --auth-host=scram-sha-256
  mv "$new" "$PGDATA"
fi
rm -f "$PGDATA/postmaster.pid" # only this container uses the volume

password=$(sed "s/'/''/g" /run/secrets/POSTGRES_PASSWORD)
# -j: a statement ends at a semicolon and an empty line.
postgres --single -j -D "$PGDATA" -c password_encryption=scram-sha-256 -c log_min_error_statement=panic postgres >/dev/null <<SQL
DO \\$\\$ BEGIN CREATE ROLE ${deployerRole} LOGIN CREATEROLE CREATEDB; EXCEPTION WHEN duplicate_object THEN NULL; END \\$\\$;

ALTER ROLE ${deployerRole} WITH NOSUPERUSER CONNECTION LIMIT 20 PASSWORD '$password';

ALTER ROLE ${deployerRole} SET log_min_error_statement = panic;

ALTER ROLE ${deployerRole} SET log_statement = none;

CREATE SCHEMA IF NOT EXISTS apexmcp_admin;

CREATE OR REPLACE FUNCTION apexmcp_admin.strip_role(role name) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS \\$\\$
DECLARE
  held name;
BEGIN
  IF role IN ('postgres', session_user) OR starts_with(role, 'pg_') THEN
    RAISE EXCEPTION '% is none of the roles to strip', role USING ERRCODE = 'insufficient_privilege';
  END IF;
  EXECUTE format('ALTER ROLE %I NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION NOBYPASSRLS', role);
  EXECUTE format('ALTER ROLE %I RESET ALL', role);
  FOR held IN SELECT datname FROM pg_database JOIN pg_db_role_setting ON setdatabase = pg_database.oid
    WHERE setrole = (SELECT oid FROM pg_roles WHERE rolname = role) LOOP
    EXECUTE format('ALTER ROLE %I IN DATABASE %I RESET ALL', role, held);
  END LOOP;
  FOR held IN SELECT pg_get_userbyid(roleid) FROM pg_auth_members
    WHERE member = (SELECT oid FROM pg_roles WHERE rolname = role) LOOP
    EXECUTE format('REVOKE %I FROM %I', held, role);
  END LOOP;
END
\\$\\$;

REVOKE ALL ON FUNCTION apexmcp_admin.strip_role FROM PUBLIC;

GRANT USAGE ON SCHEMA apexmcp_admin TO ${deployerRole};

GRANT EXECUTE ON FUNCTION apexmcp_admin.strip_role TO ${deployerRole};

SQL
unset password

if [ -e "$(dirname "$(readlink -f "$(command -v postgres)")")/../lib/pgaudit.so" ]; then
  set -- -c shared_preload_libraries=pgaudit -c pgaudit.log=ddl,role -c pgaudit.log_catalog=off
fi
exec postgres -c config_file=/etc/apexmcp/postgresql.conf "$@"
`;

/**
 * Each role into its own database, by TLS with scram-sha-256, from a network that the server is on; the superuser
 * only from inside the container (CIS PostgreSQL 5).
 */
export const clientAuthentication = `# type  database  user  address  method
local   all        postgres  peer
local   all        all       reject
hostssl postgres   ${deployerRole}  samenet  scram-sha-256
hostssl ${database}    ${migratorRole},${appRole},${auditorRole}  samenet  scram-sha-256
hostssl ${zitadelDatabase}    ${zitadelRole}  samenet  scram-sha-256
host    all        all       all  reject
`;

/** Settings that differ from PostgreSQL's defaults, or that a hardening guide wants said (CIS PostgreSQL 3 to 7). */
export const serverConfiguration = `data_directory = '/var/lib/postgresql/data/cluster'
hba_file = '/etc/apexmcp/pg_hba.conf'
listen_addresses = '*'
unix_socket_directories = '/run/postgresql'
unix_socket_permissions = 0700
max_connections = 100
max_wal_senders = 0 # nobody replicates
shared_buffers = 256MB
max_wal_size = 2GB

ssl = on
ssl_cert_file = '/run/secrets/tls.crt'
ssl_key_file = '/run/secrets/tls.key'
ssl_min_protocol_version = 'TLSv1.2'
ssl_ciphers = 'ECDHE+AESGCM:ECDHE+CHACHA20'
password_encryption = scram-sha-256
authentication_timeout = 15s
idle_in_transaction_session_timeout = 60s

log_destination = stderr # Docker collects, rotates and keeps it
log_connections = on
log_disconnections = on
log_hostname = off
log_line_prefix = '%m [%p]: [%l-1] db=%d,user=%u,app=%a,client=%h '
log_statement = ddl
log_error_verbosity = verbose
log_min_messages = warning
log_min_error_statement = error
log_replication_commands = on
log_timezone = UTC
debug_print_parse = off
debug_print_rewritten = off
debug_print_plan = off
`;
