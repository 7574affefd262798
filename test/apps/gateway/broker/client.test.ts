import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { randomBytes } from "node:crypto";
import { buildBroker, type Broker } from "../../../../apps/gateway/src/broker/app";
import type { CredentialAccess } from "../../../../apps/gateway/src/broker/audit";
import { BrokerError, CredentialClient } from "../../../../apps/gateway/src/broker/client";
import { loadBrokerConfig } from "../../../../apps/gateway/src/broker/config";
import { createAuthority } from "../certificates";
import { createBrokerFiles, type BrokerFiles } from "./brokerFixture";

// A real broker over TLS, without a Vault behind it.

let files: BrokerFiles;
let broker: Broker;
let address: string;
let audited: CredentialAccess[];
const clients: CredentialClient[] = [];
const log: string[] = [];

beforeAll(async () => {
  files = await createBrokerFiles();
  broker = buildBroker(loadBrokerConfig(files.environment), () => undefined, {
    write: (line) => void log.push(line),
  });
  await broker.app.listen({ host: "127.0.0.1", port: 0 });
  address = `https://127.0.0.1:${(broker.app.server.address() as AddressInfo).port}`;
  // Tokens of the second in which the broker started are refused.
  await new Promise((resolve) => setTimeout(resolve, 1000));
});
beforeEach(() => (audited = []));
afterAll(async () => {
  for (const client of clients) await client.close();
  await broker.app.close();
  files.remove();
});

function client(changes: Partial<ConstructorParameters<typeof CredentialClient>[0]> = {}): CredentialClient {
  const made = new CredentialClient({
    address,
    certificateAuthority: files.authority,
    secret: files.tokenSecret,
    audit: { write: (access) => Promise.resolve(void audited.push(access)) },
    ...changes,
  });
  clients.push(made);
  return made;
}

const github = { organisation: "acme", connector: "github" };
const failure = async (promise: Promise<unknown>): Promise<BrokerError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof BrokerError) return error;
  throw new Error(`not a BrokerError: ${String(error)}`);
};

test("the broker's problem becomes a typed error, with the seconds to wait", async () => {
  const error = await failure(client().read(github, "agent:7"));
  expect(error).toMatchObject({ code: "vault-unavailable", retryAfter: 1 });
});

test("an access is audited before it happens, with connector, caller and the token's id, and again when it fails", async () => {
  await failure(client().read(github, "agent:7"));
  const requestId = audited[0]?.requestId;
  const access = { action: "credential.read", ...github, caller: "agent:7", requestId };
  expect(audited).toEqual([
    { ...access, outcome: "requested" },
    { ...access, outcome: "failed", reason: "vault-unavailable" },
  ]);
  expect(log.some((line) => line.includes(`"requestId":"${requestId}"`))).toBe(true);
});

test("what can't be audited doesn't happen", async () => {
  const before = log.length;
  const mute = client({ audit: { write: () => Promise.reject(new Error("audit log is away")) } });
  await expect(mute.read(github, "agent:7")).rejects.toThrow("audit log is away");
  expect(log).toHaveLength(before);
});

test("a write is sent once, whatever happens", async () => {
  const before = log.length;
  const error = await failure(client().write(github, { version: 0, credential: { key: "k" } }, "agent:7"));
  expect(error.code).toBe("vault-unavailable");
  expect(error.message).toContain("whether it was changed is not known");
  expect(log.slice(before).filter((line) => line.includes("credential.write"))).toHaveLength(1);
});

test.each(["..", "a/b", "a%2fb", "A", "", "a\nb"])(
  "the name %j is refused before anything is sent or audited",
  async (connector) => {
    await expect(client().read({ organisation: "acme", connector }, "agent:7")).rejects.toThrow(RangeError);
    expect(audited).toEqual([]);
  },
);

test("another secret's token is refused, and the error says so", async () => {
  const error = await failure(client({ secret: randomBytes(48).toString("base64") }).read(github, "agent:7"));
  expect(error.code).toBe("token-refused");
});

test("a broker that isn't there is a typed error within a second or so", async () => {
  const error = await failure(client({ address: "https://127.0.0.1:1" }).read(github, "agent:7"));
  expect(error.code).toBe("broker-unreachable");
  expect(audited.at(-1)).toMatchObject({ outcome: "failed", reason: "broker-unreachable" });
});

test("a broker whose certificate another CA signed gets no token", async () => {
  const stranger = await createAuthority();
  const error = await failure(client({ certificateAuthority: stranger.certificate }).read(github, "agent:7"));
  expect(error.code).toBe("broker-unreachable");
});

test("an answer that isn't the broker's is an error, not a credential", async () => {
  const authority = await createAuthority();
  const { certificate, key } = await authority.sign({ ip: ["127.0.0.1"] });
  let body = "<html>";
  const server = createServer({ cert: certificate, key }, (_request, response) => response.end(body));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    const other = client({
      address: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      certificateAuthority: authority.certificate,
    });
    expect((await failure(other.read(github, "agent:7"))).code).toBe("broker-unknown-answer");
    expect((await failure(other.delete(github, "agent:7"))).code).toBe("broker-unknown-answer");
    body = '{"hello":"world"}';
    expect((await failure(other.read(github, "agent:7"))).code).toBe("broker-unknown-answer");
    expect((await failure(other.delete(github, "agent:7"))).code).toBe("broker-unknown-answer");
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
