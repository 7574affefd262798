import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { createDevCertificates } from "../../commands/devCertificates";
import { edgeHttpsPort } from "../../components/edge/nginxConfiguration";
import { stackImage } from "./stackImage";

const docker = (args: string[], input?: Buffer) =>
  execFileSync("docker", args, { encoding: "utf8", input, stdio: ["pipe", "pipe", "pipe"] }).trim();

/** Containers of the stack's nginx on a network of their own, which goes with them. */
export class RealNginx implements AsyncDisposable {
  private readonly network = `real-nginx-${randomBytes(4).toString("hex")}`;
  private readonly containers: string[] = [];

  private constructor(
    readonly caCertificate: string,
    private readonly files: Record<string, string>,
  ) {}

  static async create(): Promise<RealNginx> {
    const { ca, servers } = await createDevCertificates("real-nginx", "127.0.0.1");
    const nginx = new RealNginx(ca, {
      "run/secrets/tls.crt": servers.edge.certificate,
      "run/secrets/tls.key": servers.edge.privateKey,
      "etc/apexmcp/ca.crt": ca,
    });
    docker(["network", "create", nginx.network]);
    return nginx;
  }

  /** Starts one; gives `host:port` at which it answers with TLS on this machine. */
  async start(name: string, configuration: string): Promise<string> {
    const container = `${this.network}-${name}`;
    docker([
      ...["create", "--name", container, "--network", this.network, "--network-alias", name],
      ...["--user", "101:101", `--publish=127.0.0.1::${edgeHttpsPort}`, "--tmpfs=/tmp:uid=101,gid=101"],
      ...["--entrypoint=nginx", stackImage("nginx"), "-c", "/etc/apexmcp/nginx.conf", "-g", "daemon off;"],
    ]);
    this.containers.push(container);
    copyInto(container, { ...this.files, "etc/apexmcp/nginx.conf": configuration });
    docker(["start", container]);
    for (let attempt = 0; attempt < 100; attempt++) {
      const ports = spawnSync("docker", ["port", container, `${edgeHttpsPort}/tcp`], { encoding: "utf8" });
      const address = ports.stdout.split("\n")[0] ?? "";
      if (address !== "") return address;
      await sleep(100);
    }
    const { stdout, stderr } = spawnSync("docker", ["logs", container], { encoding: "utf8" });
    throw new Error(`nginx doesn't run: ${stdout}${stderr}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    for (const container of this.containers) docker(["rm", "--force", "--volumes", container]);
    docker(["network", "rm", this.network]);
    return Promise.resolve();
  }
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
