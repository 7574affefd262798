import { createServer, type Socket } from "node:net";
import { createSecureContext, TLSSocket } from "node:tls";

import { disallowSuperuser } from "../../../probes/postgres/disallowSuperuser";
import { limitDatabases } from "../../../probes/postgres/limitDatabases";
import { requireScram } from "../../../probes/postgres/requireScram";
import { requireTls } from "../../../probes/postgres/requireTls";
import { compliantTarget } from "../compliantTarget";
import { certificates, closeServers, listen } from "../tlsServer";

afterEach(closeServers);

/** How a PostgreSQL server lets people in, in the few messages that come before a password. */
interface Manner {
  readonly tls: boolean;
  readonly plain: Buffer;
  readonly encrypted: Buffer;
}

const message = (type: string, body: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
};
const authentication = (code: number, rest = "") => {
  const body = Buffer.alloc(4);
  body.writeInt32BE(code);
  return message("R", Buffer.concat([body, Buffer.from(rest)]));
};
const demands = {
  trust: authentication(0),
  password: authentication(3),
  md5: authentication(5, "salt"),
  scram: authentication(10, "SCRAM-SHA-256\0\0"),
  rejected: message("E", Buffer.from("SFATAL\0C28000\0Mpg_hba.conf rejects connection\0\0")),
  tooMany: message("E", Buffer.from("SFATAL\0C53300\0Mtoo many connections\0\0")),
};
const good: Manner = { tls: true, plain: demands.rejected, encrypted: demands.scram };

async function serverWith(manner: Manner) {
  const { ca, servers } = await certificates;
  const secureContext = createSecureContext({
    cert: servers.postgres.certificate,
    key: servers.postgres.privateKey,
    minVersion: "TLSv1.2",
  });
  const answerWith = (socket: Socket, answer: Buffer) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(answer));
  };
  const port = await listen(
    createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (first) => {
        if (first.readInt32BE(4) !== 80877103) return void socket.end(manner.plain);
        socket.write(manner.tls ? "S" : "N");
        if (manner.tls)
          answerWith(new TLSSocket(socket, { isServer: true, secureContext }), manner.encrypted);
      });
    }),
  );
  return {
    ...compliantTarget(),
    caCertificate: ca,
    postgres: { host: "127.0.0.1", port, database: "apexmcp" },
  };
}

describe("postgres-connection-require-tls", () => {
  it("passes when plain connections are rejected and TLS verifies", async () => {
    expect(await requireTls.run(await serverWith(good))).toMatchObject({ outcome: "pass" });
  });

  it.each(["trust", "password", "md5", "scram"] as const)(
    "fails when a plain connection is met with %s",
    async (demand) => {
      expect(await requireTls.run(await serverWith({ ...good, plain: demands[demand] }))).toMatchObject({
        outcome: "fail",
      });
    },
  );

  it("can't tell when the plain connection fails for another reason", async () => {
    const target = await serverWith({ ...good, plain: demands.tooMany });
    await expect((async () => requireTls.run(target))()).rejects.toThrow("for another reason");
  });

  it("can't tell when the server has TLS off", async () => {
    const target = await serverWith({ ...good, tls: false });
    await expect((async () => requireTls.run(target))()).rejects.toThrow("TLS off");
  });
});

describe("postgres-authentication-require-scram", () => {
  it.each(["trust", "password", "md5"] as const)("fails on %s", async (demand) => {
    expect(await requireScram.run(await serverWith({ ...good, encrypted: demands[demand] }))).toMatchObject({
      outcome: "fail",
      observed: expect.stringContaining(`apexmcp_app: ${demand}`) as string,
    });
  });
});

describe("postgres-connection-limit-databases", () => {
  it("passes when every role is refused elsewhere before its password", async () => {
    const target = await serverWith({ ...good, encrypted: demands.rejected });
    expect(await limitDatabases.run(target)).toMatchObject({
      outcome: "pass",
      observed: expect.stringContaining("apexmcp_app to postgres 28000") as string,
    });
  });

  it("fails when a role is asked for its password there", async () => {
    expect(await limitDatabases.run(await serverWith(good))).toMatchObject({
      outcome: "fail",
      observed: expect.stringContaining("zitadel to apexmcp: scram, not 28000") as string,
    });
  });
});

describe("a PostgreSQL that can't be asked", () => {
  it.each([requireTls, requireScram, limitDatabases, disallowSuperuser])(
    "is no pass of $finding",
    async (probe) => {
      const target = await serverWith(good);
      await closeServers();
      await expect((async () => probe.run(target))()).rejects.toThrow("ECONNREFUSED");
    },
  );

  it.each([requireScram, disallowSuperuser])(
    "is no pass of $finding without the role's password",
    async (probe) => {
      const target = await serverWith(good);
      delete target.secrets["POSTGRES_APP_PASSWORD"];
      await expect((async () => probe.run(target))()).rejects.toThrow("POSTGRES_APP_PASSWORD");
    },
  );
});
