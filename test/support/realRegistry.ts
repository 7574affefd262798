import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { withLocalRegistry } from "../../images/localRegistry";
import { Repository, sha256 } from "../../images/registry";
import { freePort } from "./freePort";

/** A registry of a test's own on a free port of 127.0.0.1, with storage that goes when it ends. */
export class RealRegistry implements AsyncDisposable {
  private constructor(
    /** `localhost:<port>`. */
    readonly name: string,
    private readonly end: () => Promise<void>,
  ) {}

  static async start(): Promise<RealRegistry> {
    const port = await freePort();
    const folder = mkdtempSync(join(tmpdir(), "registry-"));
    let stop = (): void => {};
    const stopped = new Promise<void>((resolve) => (stop = resolve));
    let served: Promise<void> = Promise.resolve();
    await new Promise<void>((ready, reject) => {
      served = withLocalRegistry(port, folder, () => {
        ready();
        return stopped;
      });
      served.catch(reject);
    });
    return new RealRegistry(`localhost:${port}`, async () => {
      stop();
      await served;
      rmSync(folder, { recursive: true });
    });
  }

  /** Pushes an image that can't run, told apart by its label; returns its digest. */
  async push(name: string, tag: string, label: string): Promise<string> {
    const repository = new Repository(`${this.name}/${name}`);
    const config = Buffer.from(
      JSON.stringify({
        architecture: "amd64",
        os: "linux",
        config: { Labels: { label } },
        rootfs: { type: "layers", diff_ids: [] },
      }),
    );
    const type = "application/vnd.oci.image.manifest.v1+json";
    const manifest = {
      schemaVersion: 2,
      mediaType: type,
      config: {
        mediaType: "application/vnd.oci.image.config.v1+json",
        digest: await repository.putBlob(config),
        size: config.length,
      },
      layers: [],
    };
    await repository.putManifest(tag, type, manifest);
    return sha256(JSON.stringify(manifest));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}
