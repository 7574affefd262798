import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { createDevCertificates } from "../../commands/devCertificates";
import { edgeNetworkSettings } from "../../components/edge/edge";
import { edgeHttpsPort } from "../../components/edge/nginxConfiguration";
import { certificateDirectory } from "../../provider/edge/certificateFiles";
import type { CertificatePair } from "../../provider/edge/certificatePair";
import { installCertificate, type Installation } from "../../provider/edge/installCertificate";
import { routeDirectory } from "../../provider/edge/routeFile";
import { stackImage } from "./stackImage";

const docker = (args: string[], input?: Buffer) =>
  execFileSync("docker", args, { encoding: "utf8", input, stdio: ["pipe", "pipe", "pipe"] }).trim();

/** A whole configuration of an nginx without privileges, around what its http block has. */
export function nginxWith(http: string): string {
  return `pid /tmp/nginx.pid;
events {}
http {
  client_body_temp_path /tmp/body;
  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;
  uwsgi_temp_path /tmp/uwsgi;
  scgi_temp_path /tmp/scgi;
  ssl_certificate ${certificateDirectory}/server.pem;
  ssl_certificate_key ${certificateDirectory}/server.pem;
${http}
}
`;
}

/** Containers of the stack's nginx, with one certificate, on a network of their own, which goes with them. */
export class RealNginx implements AsyncDisposable {
  readonly network = `real-nginx-${randomBytes(4).toString("hex")}`;
  private readonly volume = `${this.network}-edge-certificate`;
  readonly routeVolume = `${this.network}-edge-route`;
  private readonly containers: string[] = [];

  private constructor(readonly caCertificate: string) {}

  /** @param given a pair of one's own, and its CA */
  static async create(given?: CertificatePair & { readonly caCertificate: string }): Promise<RealNginx> {
    const pair = given ?? (await devPair());
    const nginx = new RealNginx(pair.caCertificate);
    docker(["network", "create", nginx.network]);
    docker(["volume", "create", nginx.volume]);
    await installCertificate(nginx.installation(pair, { name: "none", address: "127.0.0.1:1" }));
    return nginx;
  }

  /** What gives one of them, which is published at an address, another pair. */
  installation(pair: CertificatePair, at: { readonly name: string; readonly address: string }): Installation {
    const [address = "", port] = at.address.split(":");
    return {
      ...pair,
      caCertificate: this.caCertificate,
      volume: this.volume,
      image: stackImage("nginx"),
      container: this.containerOf(at.name),
      address,
      port: Number(port),
      serverName: "localhost",
    };
  }

  containerOf(name: string): string {
    return `${this.network}-${name}`;
  }

  /** Starts one; gives `host:port` at which it answers with TLS on this machine. */
  async start(name: string, configuration: string): Promise<string> {
    const container = this.containerOf(name);
    docker([
      ...["create", "--name", container, "--network", this.network, "--network-alias", name],
      ...["--user", "101:101", "--group-add=0", `--volume=${this.volume}:${certificateDirectory}:ro`],
      `--volume=${this.routeVolume}:${routeDirectory}:ro`,
      ...Object.entries(edgeNetworkSettings).map(([key, value]) => `--sysctl=${key}=${value}`),
      ...[`--publish=127.0.0.1::${edgeHttpsPort}`, "--tmpfs=/tmp:uid=101,gid=101"],
      ...["--entrypoint=nginx", stackImage("nginx"), "-c", "/etc/apexmcp/nginx.conf", "-g", "daemon off;"],
    ]);
    this.containers.push(container);
    copyInto(container, {
      "etc/apexmcp/ca.crt": this.caCertificate,
      "etc/apexmcp/nginx.conf": configuration,
    });
    docker(["start", container]);
    const address = await this.addressOf(name);
    for (let attempt = 0; !(await accepts(this.ipOf(name))); attempt++) {
      if (attempt === 300) throw new Error(`nginx doesn't listen: ${this.logs(name)}`);
      await sleep(100);
    }
    return address;
  }

  /** `host:port` at which it answers with TLS on this machine; another one after a restart. */
  async addressOf(name: string): Promise<string> {
    const container = this.containerOf(name);
    for (let attempt = 0; attempt < 100; attempt++) {
      const ports = spawnSync("docker", ["port", container, `${edgeHttpsPort}/tcp`], { encoding: "utf8" });
      const address = ports.stdout.split("\n")[0] ?? "";
      if (address !== "") return address;
      await sleep(100);
    }
    throw new Error(`nginx doesn't run: ${this.logs(name)}`);
  }

  private logs(name: string): string {
    const { stdout, stderr } = spawnSync("docker", ["logs", this.containerOf(name)], { encoding: "utf8" });
    return `${stdout}${stderr}`;
  }

  /** At which this machine reaches every port of one, published or not, without Docker's proxy. */
  ipOf(name: string): string {
    const format = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
    return docker(["inspect", "--format", format, this.containerOf(name)]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const container of this.containers) docker(["rm", "--force", "--volumes", container]);
    docker(["volume", "rm", "--force", this.volume, this.routeVolume]);
    docker(["network", "rm", this.network]);
    return Promise.resolve();
  }
}

/** Whether something listens on nginx' port of TLS. */
function accepts(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: edgeHttpsPort });
    socket
      .once("error", () => resolve(false))
      .once("connect", () => {
        socket.destroy();
        resolve(true);
      });
  });
}

async function devPair() {
  const { ca, servers } = await createDevCertificates("real-nginx", "127.0.0.1");
  return { ...servers.edge, caCertificate: ca };
}

/** As files of 101:101. */
function copyInto(container: string, files: Readonly<Record<string, string>>): void {
  const directory = mkdtempSync(join(tmpdir(), "real-nginx-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(join(directory, dirname(path)), { recursive: true });
      writeFileSync(join(directory, path), content);
    }
    const owned = ["--owner=101", "--group=101", `--directory=${directory}`];
    const tar = execFileSync("tar", ["--create", ...owned, ...Object.keys(files)]);
    docker(["cp", "-", `${container}:/`], tar);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
