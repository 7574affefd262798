import type { Client } from "pg";
import { to } from "pg-copy-streams";

import type { ChainEntry } from "./auditChain";

/**
 * Canonical form and columns as `apps/gateway/migrations/0003_audit_log.sql` says; made here, not by its function. The
 * microseconds go by way of a double, which is exact to the microsecond until the year 2106, and cheaper; textsend
 * gives the connection's encoding, which pg always sets to UTF-8, and is cheaper than convert_to.
 */
const rows = `COPY (
  SELECT id, lane, seq, hash, previous_hash || textsend(ROW(lane, seq,
    (date_part('epoch', at) * 1e6)::bigint, recorded_by, organisation_id, actor, action, connector, tool,
    outcome, duration_ms, request_id, detail)::text)
  FROM apexmcp.audit_logs ORDER BY id
) TO STDOUT (FORMAT binary)`;

/** PGCOPY\\n\\377\\r\\n\\0, flags, and the length of no extension. */
const headerLength = 19;

/**
 * Streams the audit log in the order of `id`, from one snapshot; memory doesn't grow with the log.
 *
 * @param client as any role that may read the table
 */
export async function eachAuditRow(client: Client, take: (entry: ChainEntry) => void): Promise<void> {
  await client.query("SET jit = off");
  await client.query("SET enable_sort = off"); // the primary key has the order; a sort would wait for all
  const stream = client.query(to(rows));
  let rest: Buffer = Buffer.alloc(0);
  let atHeader = true;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const data = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let position = 0;
    if (atHeader) {
      if (data.length < headerLength) {
        rest = data;
        continue;
      }
      atHeader = false;
      position = headerLength;
    }
    for (let end = rowEnd(data, position); end !== undefined; end = rowEnd(data, position)) {
      take(parse(data, position));
      position = end;
    }
    rest = data.subarray(position);
  }
}

const fields = 5;

/** Where the row at a position ends; undefined when it isn't all there, or is the trailer. */
function rowEnd(data: Buffer, position: number): number | undefined {
  if (position + 2 > data.length || data.readInt16BE(position) !== fields) return undefined;
  let at = position + 2;
  for (let field = 0; field < fields; field++) {
    if (at + 4 > data.length) return undefined;
    at += 4 + Math.max(0, data.readInt32BE(at)); // -1 is NULL
  }
  return at <= data.length ? at : undefined;
}

/** id, lane and seq are NOT NULL, so their places are fixed. */
function parse(data: Buffer, position: number): ChainEntry {
  const hashAt = position + 2 + 12 + 6 + 12;
  const hashLength = Math.max(0, data.readInt32BE(hashAt));
  const hashedAt = hashAt + 4 + hashLength;
  const hashedLength = Math.max(0, data.readInt32BE(hashedAt));
  return {
    id: int64(data, position + 6),
    lane: data.readInt16BE(position + 18),
    seq: int64(data, position + 24),
    hash: data.subarray(hashAt + 4, hashAt + 4 + hashLength),
    hashed: data.subarray(hashedAt + 4, hashedAt + 4 + hashedLength),
  };
}

function int64(data: Buffer, at: number): number {
  return data.readInt32BE(at) * 0x1_0000_0000 + data.readUInt32BE(at + 4);
}
