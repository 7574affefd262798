import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { execa } from "execa";

import { nginxConfiguration } from "../../components/edge/nginxConfiguration";
import { writeConfigFile } from "../../commands/configFile";
import { root, stateIn, type State } from "../../commands/state";
import { fingerprintOf, type CertificatePair } from "../../provider/edge/certificatePair";
import { servedFingerprint } from "../../provider/edge/servedCertificate";
import { CertificateAuthority } from "../support/certificateAuthority";
import { RealNginx } from "../support/realNginx";
import { temporaryState } from "./temporaryState";
import { testSite } from "../support/testSite";

jest.setTimeout(180_000);

const site = testSite({ gateway: "behind:8443", zitadel: "behind:8443", bodyBytes: 2048 });
const names = ["mcp.test", "auth.test"];

let ca: CertificateAuthority;
let nginx: RealNginx;
let listener: { address: string; port: number; serverName: string };
let first: string;

beforeAll(async () => {
  ca = await CertificateAuthority.create();
  const pair = await ca.sign({ names });
  first = fingerprintOf(pair.certificate);
  nginx = await RealNginx.create({ ...pair, caCertificate: ca.pem });
  const [address = "", port] = (await nginx.start("edge", nginxConfiguration(site))).split(":");
  listener = { address, port: Number(port), serverName: "mcp.test" };
});
afterAll(() => nginx?.[Symbol.asyncDispose]());

/** A deployment that has this nginx for its edge, and the pair where an ACME client wrote it. */
function deployment(pair: CertificatePair): { state: State; file: string } {
  const state = temporaryState();
  const file = (name: string, content: string) => {
    writeFileSync(join(state.directory, name), content, { mode: 0o600 });
    return join(state.directory, name);
  };
  const edgeCertificateFile = file("fullchain.pem", pair.certificate);
  const config = {
    ...{ name: nginx.network, publicUrl: "https://mcp.test", authUrl: "https://auth.test" },
    ...{
      edgeAddress: listener.address,
      edgeHttpsPort: String(listener.port),
      imageLock: stateIn().imageLockFile,
    },
    ...{ edgeCertificateFile, edgePrivateKeyFile: file("privkey.pem", pair.privateKey) },
    caCertificateFile: file("ca.crt", ca.pem),
  };
  writeConfigFile(state.configFile, { config });
  return { state, file: edgeCertificateFile };
}

const certificate = (state: State) =>
  execa("node", ["-r", "ts-node/register", "commands/certificate.ts", `--state=${state.directory}`], {
    cwd: root,
    env: { NODE_OPTIONS: "" },
    reject: false,
  });

it("changes nothing, and names file and fix, when the pair is no good", async () => {
  const expired = deployment(await ca.sign({ names, from: -9, to: -1 }));
  expect(await certificate(expired.state)).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(
      new RegExp(`^Fix: put a good pair there.*\\nWhy: ${expired.file}: has expired on .*; renew it$`),
    ) as string,
  });
  const { certificate: one } = await ca.sign({ names });
  const { privateKey } = await ca.sign({ names });
  const mixed = await certificate(deployment({ certificate: one, privateKey }).state);
  expect(mixed.stderr).toMatch(/privkey.pem: is not the certificate's key; give the two/);
  const { stderr } = await certificate(deployment({ certificate: one, privateKey: "nonsense" }).state);
  expect(stderr).toMatch(/is not PEM$/);
  expect(await servedFingerprint(listener)).toBe(first);
});

it("has the running edge serve what the client wrote", async () => {
  const pair = await ca.sign({ names });
  const { exitCode, stdout } = await certificate(deployment(pair).state);
  expect(stdout).toContain(`SHA-256 ${fingerprintOf(pair.certificate)}`);
  expect(exitCode).toBe(0);
  expect(await servedFingerprint(listener)).toBe(fingerprintOf(pair.certificate));
});
