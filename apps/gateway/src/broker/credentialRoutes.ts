import type { FastifyInstance, FastifyRequest } from "fastify";
import type { CredentialStore } from "./credentialStore";
import { Problem } from "./problem";
import { credentialWrite, isCredentialName, type CredentialName, type CredentialWrite } from "./protocol";

const PATH = "/v1/credentials/:organisation/:connector";
const actions: Record<string, string> = {
  GET: "credential.read",
  PUT: "credential.write",
  DELETE: "credential.delete",
};

/** GET, PUT and DELETE of one credential. Each access, refused ones too, is one log line: who, what, which, how. */
export function registerCredentialRoutes(app: FastifyInstance, store: CredentialStore): void {
  app.removeAllContentTypeParsers();
  // The bytes as sent: the request token is bound to them, and is checked before anything reads them.
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );

  app.get(PATH, async (request) => store.read(nameOf(request), idOf(request)));

  app.put(PATH, async (request) => {
    const version = await store.write(nameOf(request), parseWrite(request.body), idOf(request));
    return { version };
  });

  app.delete(PATH, async (request, reply) => {
    await store.delete(nameOf(request), idOf(request));
    return reply.code(204).send();
  });

  app.addHook("onResponse", (request, reply, done) => {
    const name = request.params as CredentialName;
    const line = {
      event: actions[request.method],
      // A refused name is the caller's text, not a name.
      ...(isCredentialName(name) && { organisation: name.organisation, connector: name.connector }),
      caller: request.caller?.subject,
      requestId: request.caller?.id,
      refusal: request.refusal,
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime * 10) / 10,
    };
    request.log[reply.statusCode < 400 ? "info" : "warn"](line, "credential access");
    done();
  });
}

function nameOf(request: FastifyRequest): CredentialName {
  const { organisation, connector } = request.params as CredentialName;
  if (isCredentialName({ organisation, connector })) return { organisation, connector };
  throw new Problem("invalid-name", "organisation and connector are 1 to 63 of a-z, 0-9 and inner hyphens");
}

/** The token's id: under it the access is found in the gateway's, the broker's and Vault's audit logs. */
function idOf(request: FastifyRequest): string {
  if (request.caller === undefined) throw new Error("a route ran without an accepted token");
  return request.caller.id;
}

/** Says nothing about what it found: a parser's message can quote the credential. */
function parseWrite(body: unknown): CredentialWrite {
  try {
    const parsed = credentialWrite.safeParse(JSON.parse((body as Buffer).toString()));
    if (parsed.success) return parsed.data;
  } catch {
    // Answered like any other wrong body.
  }
  throw new Problem(
    "invalid-body",
    'send {"version": <whole number>, "credential": {"<name>": "<text>", …}}',
  );
}
