import { execa } from "execa";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("close", () => resolve(false)).once("connect", () => socket.destroy());
  });
}

/** Debian's registry, taken out of its package: to install it would start it as a service, on every interface. */
async function registryBinary(folder: string): Promise<string> {
  const installed = "/usr/bin/docker-registry";
  const extracted = join(folder, installed);
  for (const path of [installed, extracted]) if (existsSync(path)) return path;
  try {
    await execa(join(__dirname, "..", "toolchain", "apt.sh"), ["download", "docker-registry"], {
      cwd: folder,
    });
    await execa("sh", ["-c", "dpkg-deb -x docker-registry_*.deb ."], { cwd: folder });
  } catch (error) {
    throw new Error(
      "Debian's package docker-registry, which gives baked images their digests, can't be fetched; " +
        "see what apt says, or on another system install docker-registry as /usr/bin/docker-registry",
      { cause: error },
    );
  }
  return extracted;
}

/**
 * Runs `work` while a registry serves on 127.0.0.1:`port`, storing in `folder`, and stops it afterwards. The engine
 * knows what was pushed by its digest, after the registry is gone too.
 */
export async function withLocalRegistry<T>(port: number, folder: string, work: () => Promise<T>): Promise<T> {
  if (await answers(port))
    throw new Error(
      `127.0.0.1:${port} is in use, and pushing images needs it for a while: stop what listens there`,
    );
  await mkdir(folder, { recursive: true });
  const config = {
    version: 0.1,
    log: { level: "error", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(folder, "storage") } },
    http: { addr: `127.0.0.1:${port}` },
  };
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  const registry = execa(await registryBinary(folder), ["serve", join(folder, "config.json")], {
    env: { OTEL_TRACES_EXPORTER: "none" },
    reject: false,
  });
  let ended = false;
  void registry.then(() => (ended = true));
  try {
    while (!(await answers(port))) {
      if (ended) throw new Error(`docker-registry ended at once: ${(await registry).stderr}`);
      await sleep(50);
    }
    return await work();
  } finally {
    registry.kill();
    await registry;
  }
}
