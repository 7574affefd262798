import { docker } from "../docker";
import { certificateArchive, certificateDirectory, certificateFiles } from "./certificateFiles";
import { fingerprintOf, type CertificatePair } from "./certificatePair";
import { awaitServed, type Listener } from "./servedCertificate";

export interface Installation extends CertificatePair, Listener {
  /** Docker's name of the volume that nginx mounts at {@link certificateDirectory}. */
  readonly volume: string;
  /** nginx's image, which a container that never starts is made of. */
  readonly image: string;
  /** nginx's container; it needn't be there yet. */
  readonly container: string;
  /** PEM of the stack's own CA. */
  readonly caCertificate: string;
}

/** Name of the volume's mount in the container that carries files. */
const mount = "tls";

/**
 * Puts a pair, which has been checked, where nginx reads it, and has a running nginx reload without dropping a
 * connection: its old workers finish what they have. What nginx refuses is taken back, and the old pair stays.
 *
 * @returns whether nginx runs, and serves it now
 * @throws with nginx's or Docker's own words
 */
export async function installCertificate(installation: Installation): Promise<boolean> {
  const { volume, image, container, caCertificate } = installation;
  const archive = await certificateArchive(mount, certificateFiles(installation, caCertificate));
  const carrier = (
    await docker(["create", "--network=none", `--volume=${volume}:/${mount}:nocopy`, image, "true"])
  ).trim();
  try {
    const previous = await docker(["cp", `${carrier}:/${mount}`, "-"], undefined, "latin1");
    await docker(["cp", "-", `${carrier}:/`], archive);
    if (!(await runsWith(container, volume))) return false;
    try {
      await docker(["exec", container, "nginx", "-t", "-q", "-c", "/etc/apexmcp/nginx.conf"]);
    } catch (error) {
      await docker(["cp", "-", `${carrier}:/`], Buffer.from(previous, "latin1"));
      throw new Error(`nginx refuses the certificate, and keeps the old one: ${(error as Error).message}`, {
        cause: error,
      });
    }
  } finally {
    await docker(["rm", carrier]);
  }
  await docker(["kill", "--signal=HUP", container]);
  await awaitServed(installation, fingerprintOf(installation.certificate));
  return true;
}

/** Whether the container runs, and reads its certificate from the volume. */
async function runsWith(container: string, volume: string): Promise<boolean> {
  const format = `{{.State.Status}}{{range .Mounts}} {{.Name}}:{{.Destination}}{{end}}`;
  const found = await docker(["ps", "--all", "--quiet", `--filter=name=^${container}$`]);
  if (found.trim() === "") return false;
  const [status, ...mounts] = (await docker(["inspect", `--format=${format}`, container])).trim().split(" ");
  return status === "running" && mounts.includes(`${volume}:${certificateDirectory}`);
}
