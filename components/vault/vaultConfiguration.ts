import * as pulumi from "@pulumi/pulumi";
import * as vault from "@pulumi/vault";

import { brokerPolicy } from "./brokerPolicy";

export interface VaultConfigurationArgs {
  /** Where Vault writes its audit log, on a volume of its container, e.g. /vault/logs/audit.log. */
  readonly auditFile: string;
  /**
   * Changes with everything that replaces the broker's container, such as its image: each container gets a secret
   * id of its own, and the one before becomes useless.
   */
  readonly brokerGeneration: pulumi.Input<string>;
  /**
   * Hands the secret id over in a single-use wrapping token, valid for 10 minutes, so that a secret id read on
   * the way shows when the broker finds it used. The broker's container then can't start a second time without a
   * deployment, so the stacks leave it off (docs/accepted-risks.md).
   */
  readonly wrapSecretId: boolean;
}

/** Lifetimes in seconds. */
const minutes = 60;
const hours = 60 * minutes;

/**
 * What is inside Vault (article, findings 1 and 7): connectors' credentials and the one that may use them.
 *
 * - a KV v2 engine at `connectors/` that takes no write without check-and-set and keeps ten versions
 * - the policy `broker`: each credential at `connectors/<organisation>/<connector>`, no list, nothing else
 * - the AppRole `broker`: logins of 20 minutes, 24 hours with renewals, never without a secret id
 * - two audit devices, a file and the container's standard output: one that fails doesn't stop Vault
 *
 * Give it a provider whose token comes after the Seal. Audited from the first resource on: the devices come first.
 */
export class VaultConfiguration extends pulumi.ComponentResource {
  readonly roleId: pulumi.Output<string>;
  /** The file of the broker's secrets folder that brings its secret id: name and content. */
  readonly secretIdFile: Record<string, pulumi.Output<string>>;

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
        // Reusable, for the login after an outage longer than a login's life; replaced with the container.
        secretIdNumUses: 0,
        secretIdTtl: 0,
        tokenPolicies: [policy.name],
        tokenNoDefaultPolicy: true,
        tokenType: "service",
        tokenTtl: 20 * minutes,
        tokenMaxTtl: 24 * hours,
      },
      { parent: this },
    );
    const secretId = new vault.approle.AuthBackendRoleSecretId(
      `${name}-broker`,
      {
        backend: approle.path,
        roleName: role.roleName,
        metadata: pulumi.jsonStringify({ generation: args.brokerGeneration }),
        ...(args.wrapSecretId && { wrappingTtl: "10m" }),
      },
      { parent: this, additionalSecretOutputs: ["secretId", "wrappingToken"] },
    );

    this.roleId = role.roleId;
    this.secretIdFile = args.wrapSecretId
      ? { VAULT_WRAPPED_SECRET_ID: pulumi.secret(secretId.wrappingToken) }
      : { VAULT_SECRET_ID: pulumi.secret(secretId.secretId) };
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
