/**
 * Starts the server, and creates the cluster on an empty volume first. The cluster is made beside its place
 * and moved there when it is whole, so that a start that was cut short is simply repeated.
 *
 * The deployer's password is set at every start, in single-user mode and by standard input: a rotated secret
 * takes effect, and shows in no argument list. The deployer's own statements set passwords, so they are not
 * logged word for word; pgaudit, where the image has it, logs them without the passwords.
 */
export function startScript(deployerRole: string): string {
  return `#!/bin/sh
set -eu
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
postgres --single -D "$PGDATA" -c password_encryption=scram-sha-256 -c log_min_error_statement=panic postgres >/dev/null <<SQL
DO \\$\\$ BEGIN CREATE ROLE ${deployerRole} LOGIN CREATEROLE CREATEDB; EXCEPTION WHEN duplicate_object THEN NULL; END \\$\\$
ALTER ROLE ${deployerRole} WITH NOSUPERUSER PASSWORD '$password'
ALTER ROLE ${deployerRole} SET log_min_error_statement = panic
ALTER ROLE ${deployerRole} SET log_statement = none
SQL
unset password

if [ -e "$(dirname "$(readlink -f "$(command -v postgres)")")/../lib/pgaudit.so" ]; then
  set -- -c shared_preload_libraries=pgaudit -c pgaudit.log=ddl,role -c pgaudit.log_catalog=off
fi
exec postgres -c config_file=/etc/apexmcp/postgresql.conf "$@"
`;
}

/** TLS and scram-sha-256 for everyone; the superuser only from inside the container (CIS PostgreSQL 5, 6). */
export const clientAuthentication = `# type    database  user      address  method
local     all       postgres           peer
local     all       all                reject
hostssl   all       postgres  all      reject
hostssl   all       all       all      scram-sha-256
hostnossl all       all       all      reject
`;

/** Settings that differ from PostgreSQL's defaults (CIS PostgreSQL 3 and 6). */
export const serverConfiguration = `data_directory = '/var/lib/postgresql/data/cluster'
hba_file = '/etc/apexmcp/pg_hba.conf'
listen_addresses = '*'
unix_socket_directories = '/run/postgresql'
max_connections = 100
shared_buffers = 256MB
max_wal_size = 2GB

ssl = on
ssl_cert_file = '/run/secrets/tls.crt'
ssl_key_file = '/run/secrets/tls.key'
ssl_min_protocol_version = 'TLSv1.2'
password_encryption = scram-sha-256

log_destination = stderr
log_connections = on
log_disconnections = on
log_line_prefix = '%m [%p]: db=%d,user=%u,app=%a,client=%h '
log_min_error_statement = error
idle_in_transaction_session_timeout = 60s
log_timezone = UTC
log_replication_commands = on
`;
