-- Run as apexmcp_migrator, which owns the database. Everything of the application is in one schema.
CREATE SCHEMA apexmcp;

-- No connection and no temporary table for whoever isn't named here, and nothing in the schema public.
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
  EXECUTE format('GRANT CONNECT ON DATABASE %I TO apexmcp_app, apexmcp_auditor', current_database());
END
$$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA apexmcp TO apexmcp_app, apexmcp_auditor;

-- What later migrations create gets these by itself. Keys are identity columns or UUIDs, so that the
-- application role needs no right on any sequence.
ALTER DEFAULT PRIVILEGES IN SCHEMA apexmcp GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO apexmcp_app;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
