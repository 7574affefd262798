import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { execa } from "execa";

import { AUDIENCE, GATEWAY } from "../../../apps/gateway/src/broker/protocol";
import { RequestTokenVerifier } from "../../../apps/gateway/src/tokens/requestToken";
import type { Docker } from "../../../probes/docker";
import { requireFreshToken } from "../../../probes/broker/requireFreshToken";
import { compliantTarget } from "../compliantTarget";
import { certificates, closeServers, serveHttps } from "../tlsServer";

let directory: string;
let secret: string;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "fresh-token-"));
  secret = randomBytes(48).toString("base64");
  writeFileSync(join(directory, "VAULT_JWT_SECRET"), `${secret}\n`, { mode: 0o600 });
  writeFileSync(join(directory, "ca.crt"), (await certificates).ca);
});
afterEach(async () => {
  await closeServers();
  rmSync(directory, { recursive: true, force: true });
});

/** Runs the probe as in a gateway's container, against a broker that answers so. */
async function probed(answer: (token: string, path: string) => number) {
  const port = await serveHttps((request, response) => {
    const token = (request.headers.authorization ?? "").replace("Bearer ", "");
    response.writeHead(answer(token, request.url ?? ""), { connection: "close" }).end();
  });
  const docker: Docker = async ([, , command = "", ...args]) => {
    const env = { SECRETS_DIRECTORY: directory, PGSSLROOTCERT: join(directory, "ca.crt") };
    const {
      exitCode = 1,
      stdout,
      stderr,
    } = await execa(command, args, {
      env: { ...env, BROKER_URL: `https://127.0.0.1:${port}` },
      reject: false,
    });
    expect(stdout + stderr).not.toContain(secret);
    return { exitCode, stdout, stderr };
  };
  return requireFreshToken.run(compliantTarget(docker));
}

/** The broker's own check. It takes no token of the second of its start, so it says that it began earlier. */
function verifier() {
  const begun = Date.now() - 3_600_000;
  let asked = 0;
  const own = new RequestTokenVerifier(secret, AUDIENCE, [GATEWAY], () =>
    asked++ === 0 ? begun : Date.now(),
  );
  return (token: string, path: string) => own.verify(token, { method: "GET", path }).ok;
}

describe("broker-token-require-freshness", () => {
  it("passes a broker that takes a fresh token and none of the others", async () => {
    const accepts = verifier();
    const { outcome, observed } = await probed((token, path) => (accepts(token, path) ? 404 : 401));
    expect({ outcome, observed }).toMatchObject({ outcome: "pass" });
    for (const kind of [
      "replayed",
      "expired",
      "altered",
      "of alg none",
      "signed with a dev secret",
      "static",
    ]) {
      expect(observed).toContain(kind);
    }
  });

  it("fails a broker that remembers no token it took", async () => {
    expect(await probed((token, path) => (verifier()(token, path) ? 404 : 401))).toEqual({
      outcome: "fail",
      observed: "the broker takes a token that is replayed",
    });
  });

  it("fails a broker that looks at no signature", async () => {
    const accepts = verifier();
    const { outcome, observed } = await probed((token, path) =>
      accepts(token, path) || token.split(".").length === 3 ? 404 : 401,
    );
    expect(outcome).toBe("fail");
    expect(observed).toMatch(/altered.*alg none.*dev secret/);
  });

  it("is no pass when the broker takes nothing at all", async () => {
    expect(await probed(() => 401)).toMatchObject({ outcome: "error" });
  });

  it("is no pass when the broker doesn't answer", async () => {
    const docker: Docker = () => Promise.resolve({ exitCode: 1, stdout: "", stderr: "ECONNREFUSED" });
    await expect((async () => requireFreshToken.run(compliantTarget(docker)))()).rejects.toThrow(
      "ECONNREFUSED",
    );
  });
});
