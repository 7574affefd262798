import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";

import { brokerPolicy } from "./brokerPolicy";
import { WrappedSecretId, type VaultDeployer } from "./wrappedSecretId";

export interface VaultConfigurationArgs {
  /** Where Vault writes its audit log, on a volume of its container, e.g. /vault/logs/audit.log. */
  readonly auditFile: string;
  /** With what the provider logs in too. */
  readonly deployer: VaultDeployer;
  /** Addresses from which the broker logs in and uses its login, as a CIDR: those of the vault segment. */
  readonly brokerNetwork: pulumi.Input<string>;
  /** Name of the broker's container: two brokers side by side have a secret id each. Default: `broker`. */
  readonly broker?: string;
  /** Changes with the broker's container, such as its image: each gets a secret id of its own. */
  readonly brokerGeneration: pulumi.Input<string>;
}

/** Lifetimes in seconds. */
const minutes = 60;
const hours = 60 * minutes;

/**
 * What is inside Vault (article, findings 1 and 7): connectors' credentials and the one that may use them.
 *
 * - a KV v2 engine at `connectors/` that takes no write without check-and-set and keeps ten versions, its leases a day
 *   at most (vault-lease-limit-ttl)
 * - the policy `broker`: each credential at `connectors/<organisation>/<connector>`, no list, nothing else
 * - the AppRole `broker`: logins of 20 minutes, 24 hours with renewals (vault-token-limit-ttl), with the policy
 *   `broker` alone (vault-token-disallow-root), from the vault segment alone and never without a secret id
 *   (vault-role-require-binding), which is handed over in a single-use wrapping token
 * - two audit devices, a file and the container's standard output: one that fails doesn't stop Vault
 *   (vault-audit-require-devices), and secrets in them are hashed (vault-audit-disallow-raw)
 *
 * Give it a provider whose token comes after the Seal. Audited from the first resource on: the devices come first.
 */
export class VaultConfiguration extends pulumi.ComponentResource {
  readonly roleId: pulumi.Output<string>;
  /** Gives the broker's secret id out once. */
  readonly wrappedSecretId: pulumi.Output<string>;

  constructor(
    name: string,
    args: VaultConfigurationArgs,
    opts: pulumi.ComponentResourceOptions & { provider: vault.Provider },
  ) {
    super("apexmcp:vault:VaultConfiguration", name, {}, opts);
    const audits = [
      this.#audit(name, "file", args.auditFile),
      // Named apart from its type, as two devices can't share a path.
      this.#audit(name, "stdout", "stdout"),
    ];
    const audited = { parent: this, dependsOn: audits };

    const connectors = new vault.Mount(
      `${name}-connectors`,
      {
        path: "connectors",
        type: "kv",
        description: "Connectors' credentials, at <organisation>/<connector>",
        options: { version: "2" },
        defaultLeaseTtlSeconds: hours,
        maxLeaseTtlSeconds: 24 * hours,
      },
      // Unmounting deletes every credential, so no destroy and no removal from the program does.
      { ...audited, retainOnDelete: true },
    );
    new vault.generic.Endpoint(
      `${name}-connectors-config`,
      {
        path: pulumi.interpolate`${connectors.path}/config`,
        dataJson: JSON.stringify({ cas_required: true, max_versions: 10 }),
        ignoreAbsentFields: true,
        disableDelete: true,
      },
      { parent: this },
    );

    const policy = new vault.Policy(`${name}-broker`, { name: "broker", policy: brokerPolicy }, audited);
    const approle = new vault.AuthBackend(
      `${name}-approle`,
      {
        type: "approle",
        path: "approle",
        tune: { defaultLeaseTtl: "20m", maxLeaseTtl: "24h", listingVisibility: "hidden" },
      },
      audited,
    );
    const role = new vault.approle.AuthBackendRole(
      `${name}-broker`,
      {
        backend: approle.path,
        roleName: "broker",
        bindSecretId: true,
        secretIdBoundCidrs: [args.brokerNetwork],
        tokenBoundCidrs: [args.brokerNetwork],
        secretIdTtl: 0, // for the login after an outage, however long; replaced with the broker's image
        tokenPolicies: [policy.name],
        tokenNoDefaultPolicy: true,
        tokenType: "service",
        tokenTtl: 20 * minutes,
        tokenMaxTtl: 24 * hours,
      },
      { parent: this },
    );
    const secretId = new WrappedSecretId(
      `${name}-${args.broker ?? "broker"}`,
      { deployer: args.deployer, role: role.roleName, generation: args.brokerGeneration },
      { parent: this },
    );

    this.roleId = role.roleId;
    this.wrappedSecretId = pulumi.secret(secretId.wrappingToken);
    this.registerOutputs({ roleId: this.roleId });
  }

  #audit(name: string, path: string, filePath: string): vault.Audit {
    return new vault.Audit(
      `${name}-audit-${path}`,
      { type: "file", path, options: { file_path: filePath, log_raw: "false", hmac_accessor: "true" } },
      { parent: this },
    );
  }
}
