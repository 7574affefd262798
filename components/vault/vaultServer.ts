import * as pulumi from "@pulumi/pulumi";

import { dataVolume } from "../container/dataVolume";
import { HardenedContainer, type NetworkAttachment } from "../container/hardenedContainer";
import { Seal } from "./seal";
import { startScript } from "./startScript";

export interface VaultServerArgs {
  readonly stackName: string;
  readonly image: pulumi.Input<string>;
  readonly networks: NetworkAttachment[];
  /** Port on 127.0.0.1 of the Docker machine, for the deployer. */
  readonly adminPort: number;
  /** PEM, valid for `vault`, `localhost` and 127.0.0.1. */
  readonly certificate: pulumi.Input<string>;
  readonly privateKey: pulumi.Input<string>;
  /** PEM of the CA that signed the certificate. */
  readonly caCertificate: string;
  /** Unseals after each restart. Not needed for the very first deployment, which ends with `make vault-init`. */
  readonly unsealKey?: pulumi.Input<string>;
  /** Development only: file (0600) that keeps the key of a Vault which the deployment initialises by itself. */
  readonly initFile?: string;
  /** File to which each initialisation and unsealing is appended, since Vault audits neither. Default: none. */
  readonly ceremonyLog?: string;
}

const port = 8200;
const address = `https://127.0.0.1:${port}`;
const caFile = "/etc/apexmcp/ca.crt";
const storage = "/vault/file";

/**
 * A persistent, unsealed Vault server (article, finding 1).
 *
 * - `server` is always explicit, so never the image's default `-dev` (vault-server-disallow-dev-mode)
 * - file storage on a named volume that outlives the stack (vault-storage-require-persistence), freed at each start
 *   of what a kill left half-written, as that can keep Vault from being unsealed
 * - TLS 1.2 or newer only, also on loopback (vault-listener-require-tls)
 * - unsealed on every deployment that finds it sealed (vault-seal-require-unsealed); until then, and when one of its
 *   volumes can't be written, the container is unhealthy
 * - logins that failed five times are locked for 15 minutes
 * - no swap, no core dumps, no UI
 */
export class VaultServer extends pulumi.ComponentResource {
  readonly containerName: string;
  /** Where the deploying machine reaches it. */
  readonly adminAddress: string;
  readonly seal: Seal;
  /** Where it can write its audit log, in a volume that outlives the stack. */
  readonly auditFile = "/vault/logs/audit.log";

  constructor(name: string, args: VaultServerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("apexmcp:vault:VaultServer", name, {}, opts);
    this.adminAddress = `https://127.0.0.1:${args.adminPort}`;

    const volume = (content: string) =>
      dataVolume(this, name, { stackName: args.stackName, service: "vault", content });
    const server = new HardenedContainer(
      name,
      {
        stackName: args.stackName,
        service: "vault",
        image: args.image,
        user: { uid: 100, gid: 1000 },
        command: [
          "/bin/sh",
          "/etc/apexmcp/start.sh",
          "/bin/vault",
          "server",
          "-config=/etc/apexmcp/vault.json",
        ],
        environment: { VAULT_ADDR: address, VAULT_CACERT: caFile },
        files: {
          secrets: { "tls.crt": args.certificate, "tls.key": args.privateKey },
          config: {
            "start.sh": startScript(storage),
            "vault.json": JSON.stringify(configuration, null, 2),
            "ca.crt": args.caCertificate,
          },
        },
        volumes: { [storage]: volume("storage"), "/vault/logs": volume("logs") },
        temporary: { "/tmp": 16 },
        networks: args.networks,
        ports: [{ address: "127.0.0.1", internal: port, external: args.adminPort }],
        limits: { memoryMiB: 768, cpus: 1, processes: 512 },
        healthCheck: { command: ["/bin/sh", "-c", healthy] },
        waitSeconds: 0, // healthy only once Seal has unsealed it
      },
      { parent: this },
    );
    this.containerName = server.containerName;

    this.seal = new Seal(
      name,
      {
        address: this.adminAddress,
        caCertificate: args.caCertificate,
        unsealKey: args.unsealKey,
        initialiseTo: args.initFile,
        ceremonyLog: args.ceremonyLog,
        trigger: server.container.id,
      },
      { parent: this },
    );
    this.registerOutputs({ adminAddress: this.adminAddress });
  }
}

/**
 * Unsealed, and both volumes take data: a Vault whose disk is full or read-only still calls itself unsealed. Docker
 * keeps what this says, as in "No space left on device".
 */
export const healthy = `/bin/vault status && for volume in ${storage} /vault/logs; do
  head -c 4096 /dev/zero > $volume/health.temp && rm $volume/health.temp || exit 1
done`;

const configuration = {
  ui: false,
  api_addr: "https://vault:8200",
  log_level: "info",
  log_format: "json",
  default_lease_ttl: "1h",
  max_lease_ttl: "24h",
  user_lockout: {
    all: { lockout_threshold: "5", lockout_duration: "15m", lockout_counter_reset: "15m" },
  },
  disable_mlock: true, // locking needs a privilege, and the container has no swap to begin with
  storage: { file: { path: storage } },
  listener: {
    tcp: {
      address: `0.0.0.0:${port}`,
      tls_cert_file: "/run/secrets/tls.crt",
      tls_key_file: "/run/secrets/tls.key",
      tls_min_version: "tls12",
      tls_disable_client_certs: true,
      x_forwarded_for_authorized_addrs: [],
    },
  },
};
