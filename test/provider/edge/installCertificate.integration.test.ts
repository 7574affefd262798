import { execFileSync, spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";

import { nginxConfiguration } from "../../../components/edge/nginxConfiguration";
import { certificate as resource } from "../../../provider/edge/certificate";
import { fingerprintOf } from "../../../provider/edge/certificatePair";
import { installCertificate } from "../../../provider/edge/installCertificate";
import { servedFingerprint } from "../../../provider/edge/servedCertificate";
import { CertificateAuthority } from "../../support/certificateAuthority";
import { freePort } from "../../support/freePort";
import { nginxWith, RealNginx } from "../../support/realNginx";
import { testSite } from "../../support/testSite";

jest.setTimeout(180_000);

const site = testSite({
  publicUrl: "https://localhost",
  gateway: "behind:8443",
  authUrl: "https://auth.localhost",
  zitadel: "behind:8443",
  bodyBytes: 2048,
});
/** Answers /mcp/ so slowly that a request is still under way when nginx has reloaded: 3 KiB at 256 bytes a second. */
const behind = nginxWith(`  server {
    listen 8443;
    location / { return 200 ok; }
    location /mcp/ { limit_rate 256; return 200 "${"x".repeat(3 * 1024)}"; }
  }`);

let ca: CertificateAuthority;
let nginx: RealNginx;
let address: string;
const edge = () => ({ name: "edge", address });
const listener = () => ({
  address: "127.0.0.1",
  port: Number(address.split(":")[1]),
  serverName: "localhost",
});

beforeAll(async () => {
  ca = await CertificateAuthority.create();
  nginx = await RealNginx.create({ ...(await ca.sign()), caCertificate: ca.pem });
  await nginx.start("behind", behind);
  address = await nginx.start("edge", nginxConfiguration(site));
  while ((await get("/").catch(() => "")) === "") await new Promise((resolve) => setTimeout(resolve, 200));
});
afterAll(() => nginx?.[Symbol.asyncDispose]());

async function open(): Promise<TLSSocket> {
  const socket = connect({ ...listener(), host: "127.0.0.1", servername: "localhost", ca: ca.pem });
  await once(socket, "secureConnect");
  return socket;
}

/** Whether a new connection gets an OCSP response with the certificate. */
async function isStapled(): Promise<boolean> {
  const options = {
    ...listener(),
    host: "127.0.0.1",
    servername: "localhost",
    ca: ca.pem,
    requestOCSP: true,
  };
  const socket = connect(options);
  let stapled = false;
  socket.once(
    "OCSPResponse",
    (response: Buffer | null) => (stapled = response !== null && response.length > 0),
  );
  await once(socket, "secureConnect");
  socket.destroy();
  return stapled;
}

/** One request on a connection of its own: the whole answer's last line. */
async function get(path: string, socket?: TLSSocket): Promise<string> {
  const own = socket ?? (await open());
  own.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  let text = "";
  for await (const part of own) text += String(part);
  if (!text.startsWith("HTTP/1.1 200")) throw new Error(`${path}: ${text.split("\r\n")[0]}`);
  return text.split("\r\n\r\n").slice(1).join("\r\n\r\n");
}

it("serves the renewed certificate, and drops none of the connections that were open meanwhile", async () => {
  const held = await Promise.all(Array.from({ length: 20 }, open));
  const before = held.map((socket) => socket.getPeerX509Certificate()!.fingerprint256);
  const streams = held.map((socket) => get("/mcp/stream", socket));
  let done = false;
  let asked = 0;
  const asking = (async () => {
    for (; !done; asked++) await get("/healthz");
  })();

  const pair = await ca.sign({ names: ["localhost", "auth.localhost"] });
  expect(await installCertificate(nginx.installation(pair, edge()))).toBe(true);
  const renewed = fingerprintOf(pair.certificate);
  expect(await servedFingerprint(listener())).toBe(renewed);
  expect(held.every((socket) => !socket.destroyed)).toBe(true); // under way still, with the old one
  done = true;
  await asking;

  const lengths = (await Promise.all(streams)).map((text) => text.replace(/\r\n|[0-9a-f]+(?=\r\n)/g, ""));
  expect(lengths.filter((text) => (text.match(/x/g) ?? []).length === 3 * 1024)).toHaveLength(20);
  expect(new Set(before).has(renewed)).toBe(false);
  expect(asked).toBeGreaterThan(0);
});

it("keeps the old pair when nginx refuses the new one, after a restart too", async () => {
  const served = await servedFingerprint(listener());
  const { certificate } = await ca.sign();
  const { privateKey } = await ca.sign();
  await expect(installCertificate(nginx.installation({ certificate, privateKey }, edge()))).rejects.toThrow(
    /nginx refuses the certificate, and keeps the old one: [^]*key values mismatch/,
  );
  expect(await servedFingerprint(listener())).toBe(served);
  const container = nginx.installation({ certificate, privateKey }, edge()).container;
  execFileSync("docker", ["restart", container], { stdio: "ignore" });
  address = await nginx.addressOf("edge");
  for (let now = ""; now !== served;) now = await servedFingerprint(listener()).catch(() => "");
});

it("is put in place again when nginx serves another than Pulumi recorded", async () => {
  const messages: string[] = [];
  const log = { progress: () => undefined, info: (it: string) => messages.push(it), warn: () => undefined };
  const context = { urn: "urn", log };
  const pair = await ca.sign();
  const inputs = resource.inputs.parse(nginx.installation(pair, edge()));
  const { outputs } = await resource.create(inputs, context);
  const state = { ...inputs, ...outputs };
  expect(await resource.diff(state, inputs, [], context)).toEqual({ changes: false });

  await installCertificate(nginx.installation(await ca.sign(), edge()));
  expect(await resource.diff(state, inputs, [], context)).toEqual({ changes: true });
  expect(messages.join()).toContain("doesn't serve its certificate");
  expect(await resource.update(state, inputs, context)).toEqual(outputs);
  expect(await servedFingerprint(listener())).toBe(fingerprintOf(pair.certificate));
});

it("staples the responder's answer where the certificate names one, and none where it doesn't", async () => {
  expect(await isStapled()).toBe(false);

  const network = JSON.parse(
    execFileSync("docker", ["network", "inspect", nginx.network], { encoding: "utf8" }),
  ) as [{ IPAM: { Config: [{ Gateway: string }] } }];
  const port = await freePort();
  const responder = `http://${network[0].IPAM.Config[0].Gateway}:${port}`;
  const pair = await ca.sign({ responder });
  await using running = await OcspResponder.start(port, pair.certificate);
  expect(running.port).toBe(port);
  await installCertificate(nginx.installation(pair, edge()));
  while (!(await isStapled())) await new Promise((resolve) => setTimeout(resolve, 200)); // nginx asks when it is asked

  await installCertificate(nginx.installation(await ca.sign(), edge()));
  expect(await isStapled()).toBe(false);
});

/** Says of one certificate of the CA that it is good. */
class OcspResponder implements AsyncDisposable {
  private constructor(
    private readonly child: ReturnType<typeof spawn>,
    private readonly directory: string,
    readonly port: number,
  ) {}

  static async start(port: number, certificate: string): Promise<OcspResponder> {
    const directory = mkdtempSync(join(tmpdir(), "ocsp-"));
    const path = (name: string) => join(directory, name);
    writeFileSync(path("ca.pem"), ca.pem);
    writeFileSync(path("ca.key"), await ca.privateKey(), { mode: 0o600 });
    const { serialNumber } = new X509Certificate(certificate);
    writeFileSync(path("index"), `V\t491231235959Z\t\t${serialNumber}\tunknown\t/CN=test\n`);
    const files = [
      "-index",
      path("index"),
      "-CA",
      path("ca.pem"),
      "-rsigner",
      path("ca.pem"),
      "-rkey",
      path("ca.key"),
    ];
    const child = spawn("openssl", ["ocsp", ...files, "-port", String(port), "-ndays", "1"], {
      stdio: "ignore",
    });
    return new OcspResponder(child, directory, port);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    rmSync(this.directory, { recursive: true });
    return Promise.resolve();
  }
}
