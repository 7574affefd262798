import type { RequestListener } from "node:http";
import type { SecureVersion } from "node:tls";

import { requireTls } from "../../../probes/edge/requireTls";
import { compliantTarget } from "../compliantTarget";
import { certificates, closeServers, serveHttp, serveHttps } from "../tlsServer";

afterEach(closeServers);

const respond =
  (code: number, location?: string): RequestListener =>
  (_, response) => {
    response.writeHead(code, { connection: "close", ...(location && { location }) }).end();
  };

const modern = "ECDHE+AESGCM";

async function edge(options: { http?: RequestListener; minVersion?: SecureVersion; ciphers?: string } = {}) {
  const { http = respond(301, "https://127.0.0.1/"), minVersion = "TLSv1.2", ciphers = modern } = options;
  return {
    ...compliantTarget(),
    caCertificate: (await certificates).ca,
    edgeUrl: `https://127.0.0.1:${await serveHttps(respond(200), minVersion, ciphers)}`,
    edgeHttpUrl: `http://127.0.0.1:${await serveHttp(http)}`,
  };
}

describe("edge-listener-require-tls", () => {
  it.each([301, 308])("passes with TLS 1.2 or later and a %i redirect", async (code) => {
    const target = await edge({ http: respond(code, "https://127.0.0.1/") });
    expect(await requireTls.run(target)).toMatchObject({ outcome: "pass" });
  });

  it.each([
    ["is answered over plain HTTP", respond(200)],
    ["is refused over plain HTTP", respond(403)],
    ["is redirected to plain HTTP", respond(301, "http://127.0.0.1/")],
    ["is redirected for now only", respond(302, "https://127.0.0.1/")],
  ])("fails when a request %s", async (_, http) => {
    expect(await requireTls.run(await edge({ http }))).toMatchObject({ outcome: "fail" });
  });

  it("fails when the certificate isn't for a host of the stack", async () => {
    for (const key of ["publicUrl", "authUrl"])
      expect(await requireTls.run({ ...(await edge()), [key]: "https://elsewhere.test" })).toMatchObject({
        outcome: "fail",
        observed: expect.stringContaining("no verified TLS connection for elsewhere.test") as string,
      });
  });

  it("fails on TLS 1.1", async () => {
    const target = await edge({ minVersion: "TLSv1.1", ciphers: "DEFAULT" });
    expect(await requireTls.run(target)).toMatchObject({
      outcome: "fail",
      observed: "the edge accepts TLSv1.1",
    });
  });

  it.each(["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384"])("fails on the suite %s", async (suite) => {
    const target = await edge({ ciphers: `${modern}:${suite}` });
    const observed = `the edge accepts ${suite}`;
    expect(await requireTls.run(target)).toMatchObject({ outcome: "fail", observed });
  });

  it("can't tell when the edge isn't there", async () => {
    const target = await edge();
    await closeServers();
    await expect((async () => requireTls.run(target))()).rejects.toThrow("ECONNREFUSED");
  });
});
