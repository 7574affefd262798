-- The audit log (article, finding 5). The application role can't touch the table: it calls
-- insert_audit_log_entry(), or insert_audit_log_entries() for many in one commit. Once written, a row is
-- changed by nobody: privileges and triggers refuse it, and a hash chain shows it if a superuser does it.
--
-- The chain has lanes. Were there one, each writer would have to wait for the commit of the one before it,
-- and no two commits could share a write to disk. A writer holds its lane until it commits, takes the lane's
-- last row, and chains its rows to it:
--   hash = sha256(previous_hash || UTF-8 of the row's canonical form)
--   canonical form: PostgreSQL's text form of ROW(lane, seq, at in microseconds since 1970, recorded_by,
--     organisation_id, actor, action, connector, tool, outcome, duration_ms, request_id, detail)
-- In each lane seq counts from 1 without a gap, and the first previous_hash is 32 zero bytes. `id` only says
-- in which order to read. commands/auditVerify.ts checks all of it.

CREATE TYPE apexmcp.audit_outcome AS ENUM ('succeeded', 'refused', 'failed');

-- On whose behalf, as the application says. (A regular expression with {1,200} would cost more than the insert.)
CREATE DOMAIN apexmcp.audit_actor AS text
  CHECK (VALUE ~ '^(agent|user|system):.' AND char_length(VALUE) <= 200);
CREATE DOMAIN apexmcp.audit_action AS text
  CHECK (VALUE ~ '^[a-z][a-z0-9_.-]*$' AND char_length(VALUE) <= 64);
CREATE DOMAIN apexmcp.audit_label AS text CHECK (char_length(VALUE) BETWEEN 1 AND 200);
CREATE DOMAIN apexmcp.audit_duration AS integer CHECK (VALUE >= 0);
CREATE DOMAIN apexmcp.audit_detail AS jsonb
  CHECK (jsonb_typeof(VALUE) = 'object' AND pg_column_size(VALUE) <= 8192);

CREATE TABLE apexmcp.audit_logs (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  lane smallint NOT NULL,
  seq bigint NOT NULL,
  at timestamptz NOT NULL,
  -- The role that connected.
  recorded_by name NOT NULL,
  organisation_id uuid,
  -- An audit_actor, or role:<name>, which only the function writes.
  actor text NOT NULL,
  action apexmcp.audit_action NOT NULL,
  connector apexmcp.audit_label,
  tool apexmcp.audit_label,
  outcome apexmcp.audit_outcome NOT NULL,
  duration_ms apexmcp.audit_duration,
  request_id apexmcp.audit_label,
  detail apexmcp.audit_detail NOT NULL,
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL,
  -- Of those that one call wrote. Only these are in the index that finds the end of a lane.
  last_of_call boolean NOT NULL
);
CREATE UNIQUE INDEX audit_logs_lane_ends ON apexmcp.audit_logs (lane, seq) WHERE last_of_call;
CREATE INDEX audit_logs_by_actor ON apexmcp.audit_logs (actor, at);
-- Rows lie in the order of time, so a summary of each range of pages finds any span, at no cost to a writer.
CREATE INDEX audit_logs_by_time ON apexmcp.audit_logs USING brin (at) WITH (autosummarize = on);

-- Never changed, only locked: a head kept here would leave a dead row version at each write, and they would
-- pile up while an auditor reads.
CREATE TABLE apexmcp.audit_log_lanes (lane smallint PRIMARY KEY);
INSERT INTO apexmcp.audit_log_lanes SELECT generate_series(1, 32);

REVOKE ALL ON apexmcp.audit_logs, apexmcp.audit_log_lanes FROM apexmcp_app;
GRANT SELECT ON apexmcp.audit_logs TO apexmcp_auditor;

CREATE FUNCTION apexmcp.refuse_audit_log_change() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING
    ERRCODE = 'insufficient_privilege',
    MESSAGE = format('%s on %I.%I is refused: the audit log is append-only', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME),
    HINT = 'Write through apexmcp.insert_audit_log_entry().';
END
$$;
-- Of statements, not rows: they refuse a change of no rows as well, and cost a batch only once. Only the owner,
-- which the functions below run as, may insert.
CREATE TRIGGER append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON apexmcp.audit_logs
  FOR EACH STATEMENT EXECUTE FUNCTION apexmcp.refuse_audit_log_change();
CREATE TRIGGER function_only
  BEFORE INSERT ON apexmcp.audit_logs
  FOR EACH STATEMENT WHEN (current_user <> 'apexmcp_migrator')
  EXECUTE FUNCTION apexmcp.refuse_audit_log_change();
-- Also where session_replication_role would have switched them off.
ALTER TABLE apexmcp.audit_logs
  ENABLE ALWAYS TRIGGER append_only,
  ENABLE ALWAYS TRIGGER function_only;

-- Locks a lane until the transaction ends: the backend's own, or any free one, or waits for it. Called only by the
-- two functions below, with their rights and their search_path.
CREATE FUNCTION apexmcp.take_audit_log_lane() RETURNS smallint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  home CONSTANT smallint := 1 + pg_backend_pid() % 32;
  taken smallint;
BEGIN
  -- An older snapshot would not show the lane's last row, and an asynchronous commit can be lost.
  IF current_setting('transaction_isolation') <> 'read committed'
    OR current_setting('synchronous_commit') = 'off' THEN
    RAISE EXCEPTION 'audit entries need the isolation level read committed, and synchronous_commit'
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
  SELECT lane INTO taken FROM apexmcp.audit_log_lanes WHERE lane = home FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    SELECT lane INTO taken FROM apexmcp.audit_log_lanes LIMIT 1 FOR UPDATE SKIP LOCKED;
    IF NOT FOUND THEN
      SELECT lane INTO taken FROM apexmcp.audit_log_lanes WHERE lane = home FOR UPDATE;
    END IF;
  END IF;
  RETURN taken;
END
$$;

-- Appends one entry. An actor of NULL is the connecting role itself.
CREATE FUNCTION apexmcp.insert_audit_log_entry(
  p_organisation_id uuid,
  p_actor apexmcp.audit_actor,
  p_action apexmcp.audit_action,
  p_connector apexmcp.audit_label,
  p_tool apexmcp.audit_label,
  p_outcome apexmcp.audit_outcome,
  p_duration_ms apexmcp.audit_duration,
  p_request_id apexmcp.audit_label,
  p_detail apexmcp.audit_detail
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  my_lane CONSTANT smallint := apexmcp.take_audit_log_lane();
  writer CONSTANT name := session_user;
  entry_actor CONSTANT text := coalesce(p_actor, 'role:' || session_user);
  moment CONSTANT timestamptz := clock_timestamp();
  moment_us CONSTANT bigint := extract(epoch FROM moment) * 1000000;
  last_seq bigint;
  last_hash bytea;
BEGIN
  SELECT seq, hash INTO last_seq, last_hash
  FROM apexmcp.audit_logs WHERE lane = my_lane AND last_of_call ORDER BY seq DESC LIMIT 1;
  IF NOT FOUND THEN
    last_seq := 0;
    last_hash := decode(repeat('00', 32), 'hex');
  END IF;
  INSERT INTO apexmcp.audit_logs (lane, seq, at, recorded_by, organisation_id, actor, action, connector, tool,
    outcome, duration_ms, request_id, detail, previous_hash, hash, last_of_call)
  VALUES (my_lane, last_seq + 1, moment, writer, p_organisation_id, entry_actor, p_action, p_connector, p_tool,
    p_outcome, p_duration_ms, p_request_id, p_detail, last_hash,
    sha256(last_hash || convert_to(ROW(my_lane, last_seq + 1, moment_us, writer, p_organisation_id, entry_actor,
      p_action, p_connector, p_tool, p_outcome, p_duration_ms, p_request_id, p_detail)::text, 'UTF8')),
    true);
END
$$;

-- Appends 1 to 1000 entries, all or none; each array has one element an entry.
CREATE FUNCTION apexmcp.insert_audit_log_entries(
  p_organisation_ids uuid[],
  p_actors apexmcp.audit_actor[],
  p_actions apexmcp.audit_action[],
  p_connectors apexmcp.audit_label[],
  p_tools apexmcp.audit_label[],
  p_outcomes apexmcp.audit_outcome[],
  p_durations_ms apexmcp.audit_duration[],
  p_request_ids apexmcp.audit_label[],
  p_details apexmcp.audit_detail[]
) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  n CONSTANT integer := cardinality(p_actions);
  dims CONSTANT text := '[1:' || n || ']';
  my_lane smallint;
  writer CONSTANT name := session_user;
  writer_actor CONSTANT text := 'role:' || session_user;
  moment timestamptz;
  moment_us bigint;
  last_seq bigint;
  link bytea;
  -- hashes[0] is the lane's last one, hashes[i] that of the i-th entry.
  hashes bytea[];
BEGIN
  IF (n BETWEEN 1 AND 1000) IS NOT TRUE OR (dims, dims, dims, dims, dims, dims, dims, dims, dims) IS DISTINCT FROM (
    array_dims(p_organisation_ids), array_dims(p_actors), array_dims(p_actions), array_dims(p_connectors),
    array_dims(p_tools), array_dims(p_outcomes), array_dims(p_durations_ms), array_dims(p_request_ids),
    array_dims(p_details)) THEN
    RAISE EXCEPTION 'audit entries are arrays of one length, from 1 to 1000'
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  my_lane := apexmcp.take_audit_log_lane();
  SELECT seq, hash INTO last_seq, link
  FROM apexmcp.audit_logs WHERE lane = my_lane AND last_of_call ORDER BY seq DESC LIMIT 1;
  IF NOT FOUND THEN
    last_seq := 0;
    link := decode(repeat('00', 32), 'hex');
  END IF;

  moment := clock_timestamp();
  moment_us := extract(epoch FROM moment) * 1000000;
  hashes[0] := link;
  FOR i IN 1..n LOOP
    link := sha256(link || convert_to(ROW(my_lane, last_seq + i, moment_us, writer, p_organisation_ids[i],
      coalesce(p_actors[i], writer_actor), p_actions[i], p_connectors[i], p_tools[i], p_outcomes[i],
      p_durations_ms[i], p_request_ids[i], p_details[i])::text, 'UTF8'));
    hashes[i] := link;
  END LOOP;

  INSERT INTO apexmcp.audit_logs (lane, seq, at, recorded_by, organisation_id, actor, action, connector, tool,
    outcome, duration_ms, request_id, detail, previous_hash, hash, last_of_call)
  SELECT my_lane, last_seq + i, moment, writer, p_organisation_ids[i], coalesce(p_actors[i], writer_actor),
    p_actions[i], p_connectors[i], p_tools[i], p_outcomes[i], p_durations_ms[i], p_request_ids[i], p_details[i],
    hashes[i - 1], hashes[i], i = n
  FROM generate_subscripts(p_actions, 1) AS i; -- whose plan, unlike that of generate_series, is the same for every n
END
$$;

REVOKE ALL ON FUNCTION apexmcp.refuse_audit_log_change, apexmcp.take_audit_log_lane,
  apexmcp.insert_audit_log_entry, apexmcp.insert_audit_log_entries FROM PUBLIC;
GRANT EXECUTE ON FUNCTION apexmcp.insert_audit_log_entry, apexmcp.insert_audit_log_entries TO apexmcp_app;
