import { randomUUID } from "node:crypto";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { AuditEntry, AuditLog } from "../audit/auditLog";
import type { Grant } from "../auth/grant";
import type { Authorise } from "../auth/authorise";
import type { Connector, ConnectorStore } from "../connectors/connectorStore";
import type { Credential, Credentials } from "../connectors/credentials";
import { connectorSchemas as schemas } from "../connectors/schemas";
import { testConnector } from "../connectors/testConnector";
import type { Upstreams } from "../connectors/upstreams";
import { withCredential } from "../connectors/withCredential";
import { Problem } from "../problems";

interface Dependencies {
  authorise: Authorise;
  audit: AuditLog;
  store: ConnectorStore;
  credentials: Credentials;
  upstreams: Upstreams;
  /** Told of each connector that is no longer what it was. */
  changed: (connector: Connector) => void;
}

interface Named {
  Params: { name: string };
}

interface Created {
  Body: { name: string; url: string; allowHttp?: boolean; credential?: Credential };
}

interface Updated extends Named {
  Body: { url?: string; allowHttp?: boolean; credential?: Credential };
}

interface Listed {
  Querystring: { limit?: string; after?: string };
}

const PAGE = 50;

/** /api/connectors: an organisation's own connectors, for its agents with the scopes connectors:read and :write. */
export function registerConnectorRoutes(
  app: FastifyInstance,
  { authorise, audit, store, credentials, upstreams, changed }: Dependencies,
): void {
  const entryOf = (
    grant: Grant,
    request: FastifyRequest,
    action: string,
    connector?: string,
  ): AuditEntry => ({
    organisationId: grant.organisationId,
    actor: grant.actor,
    action: `connector.${action}`,
    connector,
    outcome: "succeeded",
    requestId: request.id,
  });

  const find = async (grant: Grant, name: string): Promise<Connector> => {
    const connector = await store.byName(grant.organisationId, name);
    if (connector === undefined) throw notFound();
    return connector;
  };

  const requireGoodUrl = async (url: string, allowHttp: boolean, entry: AuditEntry): Promise<void> => {
    const { reason } = await upstreams.for({ allowHttp }).guard.check(url);
    if (reason === null) return;
    throw new Problem("url-refused", `give another URL: ${reason}`, {}, { ...entry, detail: { reason } });
  };

  app.post<Created>(
    "/api/connectors",
    { schema: schemas.create, onRequest: authorise.api("connectors:write") },
    async (request, reply) => {
      const grant = authorise.grantOf(request);
      const { name, url, allowHttp = false, credential } = request.body;
      const entry = entryOf(grant, request, "create", name);
      await requireGoodUrl(url, allowHttp, entry);
      if (await store.byName(grant.organisationId, name)) throw nameTaken();

      const owner = { id: randomUUID(), organisationId: grant.organisationId };
      // The credential first: without its connector, nobody can use it, and this id is never taken again.
      if (credential) await credentials.write(owner, credential, grant.actor);
      const hasCredential = credential !== undefined;
      const connector = await store.create({ ...owner, name, url, allowHttp, hasCredential }, entry);
      if (connector) return reply.code(201).header("location", `/api/connectors/${name}`).send(connector);
      if (credential) await credentials.delete(owner, grant.actor);
      throw nameTaken();
    },
  );

  app.get<Listed>(
    "/api/connectors",
    { schema: schemas.list, onRequest: authorise.api("connectors:read") },
    async (request) => {
      const grant = authorise.grantOf(request);
      const limit = Number(request.query.limit ?? PAGE);
      const found = await store.list(grant.organisationId, limit + 1, request.query.after ?? "");
      const items = found.slice(0, limit);
      await audit.record({ ...entryOf(grant, request, "list"), detail: { items: items.length } });
      return { items, next: found.length > limit ? (items.at(-1)?.name ?? null) : null };
    },
  );

  app.get<Named>(
    "/api/connectors/:name",
    { schema: schemas.read, onRequest: authorise.api("connectors:read") },
    async (request) => {
      const grant = authorise.grantOf(request);
      const connector = await find(grant, request.params.name);
      await audit.record(entryOf(grant, request, "read", connector.name));
      return connector;
    },
  );

  app.patch<Updated>(
    "/api/connectors/:name",
    { schema: schemas.update, onRequest: authorise.api("connectors:write") },
    async (request) => {
      const grant = authorise.grantOf(request);
      const connector = await find(grant, request.params.name);
      const { url = connector.url, allowHttp = connector.allowHttp, credential } = request.body;
      const entry = entryOf(grant, request, "update", connector.name);
      await requireGoodUrl(url, allowHttp, entry);
      // Else whoever may change a connector could have its credential sent to a host of theirs.
      const moved = new URL(url).origin !== new URL(connector.url).origin;
      if (moved && connector.hasCredential && !credential)
        throw new Problem("credential-needed", "send the credential for the new origin with this change");

      // Between the two stores it has none, so that neither origin is ever sent the other's.
      if (moved && credential)
        await store.update({ id: connector.id, url, allowHttp, hasCredential: false }, entry);
      if (credential) await credentials.write(connector, credential, grant.actor);
      const hasCredential = connector.hasCredential || credential !== undefined;
      const updated = await store.update({ id: connector.id, url, allowHttp, hasCredential }, entry);
      changed(connector);
      if (updated === undefined) throw new Problem("not-found", "somebody else has deleted it");
      return updated;
    },
  );

  app.delete<Named>(
    "/api/connectors/:name",
    { schema: schemas.delete, onRequest: authorise.api("connectors:write") },
    async (request, reply) => {
      const grant = authorise.grantOf(request);
      const connector = await find(grant, request.params.name);
      // The credential first: what is left after a crash in between is a connector that can be deleted again.
      if (connector.hasCredential) await credentials.delete(connector, grant.actor);
      await store.delete(connector.id, entryOf(grant, request, "delete", connector.name));
      changed(connector);
      return reply.code(204).send();
    },
  );

  app.post<Named>(
    "/api/connectors/:name/test",
    { schema: schemas.test, onRequest: authorise.api("connectors:write") },
    async (request) => {
      const grant = authorise.grantOf(request);
      const { organisationId, actor } = grant;
      const target = await withCredential(store, { organisationId, name: request.params.name }, (connector) =>
        credentials.read(connector, actor),
      );
      if (target === undefined) throw notFound();
      const result = await testConnector(upstreams, target);
      const { reached, status, durationMs } = result;
      await audit.record({
        ...entryOf(grant, request, "test", target.connector.name),
        outcome: reached ? "succeeded" : "failed",
        durationMs,
        detail: { status: status ?? 0 },
      });
      return result;
    },
  );
}

function notFound(): Problem {
  return new Problem("not-found", "list the connectors to see their names");
}

function nameTaken(): Problem {
  return new Problem("name-taken", "choose another name, or change that connector");
}
