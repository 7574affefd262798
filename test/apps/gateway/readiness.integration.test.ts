import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { buildApp } from "../../../apps/gateway/src/app";
import { RealPostgres } from "../../support/realPostgres";
import { createAuthority } from "./certificates";
import { patientConfig, createInjection, strongSecret, type Injection } from "./injection";

let postgres: RealPostgres;
const injections: Injection[] = [];

beforeAll(async () => {
  postgres = await RealPostgres.start({ migrated: false });
}, 120_000);

afterAll(async () => {
  for (const injection of injections) injection.remove();
  await postgres?.[Symbol.asyncDispose]();
});

/** What /readyz answers with these settings in place of the right ones, once (and then after `between`). */
async function readiness(
  settings: { environment?: Record<string, string>; authority?: string; password?: string } = {},
  between?: () => unknown,
) {
  const injection = createInjection(settings.authority ?? postgres.caCertificate, {
    POSTGRES_APP_PASSWORD: settings.password ?? postgres.passwords.apexmcp_app,
  });
  injections.push(injection);
  const app = await buildApp(
    patientConfig({
      ...injection.environment,
      PGHOST: postgres.host,
      PGPORT: String(postgres.port),
      ...settings.environment,
    }),
  );
  try {
    const first = await app.inject("/readyz");
    if (between === undefined) return [first.statusCode, first.json<unknown>()];
    expect(first.statusCode).toBe(200);
    await between();
    const second = await app.inject("/readyz");
    return [second.statusCode, second.json<unknown>()];
  } finally {
    await app.close();
  }
}

const unavailable = (postgres: unknown) => [503, { status: "unavailable", failed: { postgres } }];

describe("/readyz with a real PostgreSQL", () => {
  test("is 200 when it answers as apexmcp_app over verified TLS", async () => {
    expect(await readiness()).toEqual([200, { status: "ready" }]);
  });

  test("is 503 with a wrong password, which it doesn't show", async () => {
    expect(await readiness({ password: strongSecret() })).toEqual(unavailable("can't be used (28P01)"));
  });

  test("is 503 when nothing listens", async () => {
    const answer = await readiness({ environment: { PGPORT: "1" } });
    expect(answer).toEqual(unavailable("can't be used (ECONNREFUSED)"));
  });

  test("is 503 when another CA signed the server's certificate", async () => {
    const other = await createAuthority();
    const answer = await readiness({ authority: other.certificate });
    expect(answer).toEqual(unavailable(expect.stringMatching(/SIGNATURE|UNABLE_TO_VERIFY|SELF_SIGNED/)));
  });

  test("is 503 when the server's certificate names another host", async () => {
    const answer = await readiness({ environment: { PGHOST: "127.1" } });
    expect(answer).toEqual(unavailable("can't be used (ERR_TLS_CERT_ALTNAME_INVALID)"));
  });

  test("is 503 when the server lets the role into no database of that name", async () => {
    const answer = await readiness({ environment: { PGDATABASE: "absent" } });
    expect(answer).toEqual(unavailable("can't be used (28000)"));
  });

  test("is 503 when the role is a superuser", async () => {
    await postgres.administer("ALTER ROLE apexmcp_app SUPERUSER");
    try {
      expect(await readiness()).toEqual(unavailable(expect.stringContaining("is a superuser")));
    } finally {
      await postgres.administer("ALTER ROLE apexmcp_app NOSUPERUSER");
    }
  });

  test("is 503 when the server refuses more connections, and 200 again afterwards", async () => {
    const answer = await readiness({}, async () => {
      await postgres.administer("ALTER ROLE apexmcp_app CONNECTION LIMIT 0");
      await postgres.administer(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'apexmcp_app'",
      );
    });
    // Where the pool hadn't noticed that its connection was ended, it is that which it reports.
    expect(answer).toEqual(unavailable(expect.stringMatching(/^can't be used \((53300|57P01)\)$/)));
    await postgres.administer("ALTER ROLE apexmcp_app CONNECTION LIMIT -1");
    expect(await readiness()).toEqual([200, { status: "ready" }]);
  });

  test("is 503 after 2 seconds when the server accepts connections and then hangs", async () => {
    const sockets: Socket[] = [];
    const hanging = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
    await once(hanging, "listening");
    const started = Date.now();
    const PGPORT = String((hanging.address() as AddressInfo).port);
    expect(await readiness({ environment: { PGPORT } })).toEqual(unavailable("no answer within 2000 ms"));
    expect(Date.now() - started).toBeLessThan(8000);
    for (const socket of sockets) socket.destroy();
    hanging.close();
  }, 15_000);
});
