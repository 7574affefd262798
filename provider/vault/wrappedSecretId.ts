import { randomUUID } from "node:crypto";
import { z } from "zod";

import type { Resource, State } from "../resource";
import { VaultClient } from "./client";
import { asDeployer } from "./deployer";

/** Logins that one secret id is good for: a bound that nobody meets who logs in once a day. */
const uses = 100_000;
/** How long its wrapping token waits for the first start of who it is for. */
const wrapTtl = "10m";

const inputs = z.object({
  address: z
    .string()
    .startsWith("https://", { message: "must be an https:// address" })
    .meta({ description: "Where the deploying machine reaches Vault." }),
  caCertificate: z.string().min(1).meta({ description: "PEM; the only CA trusted." }),
  deployerRoleId: z
    .string()
    .min(1)
    .meta({ description: "The AppRole with which deployments configure Vault." }),
  deployerSecretId: z.string().min(1).meta({ secret: true, description: "The secret id of that AppRole." }),
  role: z.string().min(1).meta({ description: "The AppRole at auth/approle that it is for." }),
  generation: z.string().meta({ description: "Anything that changes when a new one is wanted." }),
});

const outputs = z.object({
  wrappingToken: z
    .string()
    .meta({ secret: true, description: "Gives the secret id out once, within ten minutes." }),
  delivery: z.string().meta({ description: "Names the secret id, in its metadata in Vault." }),
});

type Inputs = z.output<typeof inputs>;
type SecretIdState = State<typeof inputs, typeof outputs>;

const wrapped = z.object({ wrap_info: z.object({ token: z.string() }) });
const listed = z.object({ data: z.object({ keys: z.array(z.string()) }) });
const looked = z.object({
  data: z.object({ secret_id_num_uses: z.number(), metadata: z.record(z.string(), z.string()).nullish() }),
});

/**
 * `hardening:vault:WrappedSecretId`: a secret id of an AppRole, handed over in a single-use wrapping token, so that
 * neither the deploying machine nor Pulumi's state ever holds the secret id itself. Another one is made when the
 * generation changes, and when the token ran out or was used without a login having followed.
 */
export const wrappedSecretId: Resource<typeof inputs, typeof outputs> = {
  description: "A secret id of an AppRole in a single-use wrapping token.",
  inputs,
  outputs,

  diff: async (old, inputs, changed, { log, urn }) => {
    const other = changed.filter((key) => key === "role" || key === "generation");
    if (other.length > 0) return { changes: true, replaces: other };
    let lost: boolean;
    try {
      lost = await withVault(inputs, (client) => isLost(client, { ...old, ...inputs }));
    } catch (error) {
      log.info(
        `${(error as Error).message}. Whether the secret id of ${inputs.role} is in use is not known.`,
      );
      return { changes: changed.length > 0 };
    }
    if (!lost) return { changes: changed.length > 0 };
    log.warn(
      `The wrapping token of ${inputs.role}'s secret id ran out, or somebody used it and nobody has logged in since: ` +
        `${urn.split("::").pop()} is made anew, and the one before destroyed`,
    );
    return { changes: true, replaces: ["generation"] };
  },

  create: async (inputs) => {
    const delivery = randomUUID();
    const wrappingToken = await withVault(inputs, (client) =>
      asDeployer(client, deployerOf(inputs), async (token) => {
        const body = {
          num_uses: uses,
          metadata: JSON.stringify({ generation: inputs.generation, delivery }),
        };
        const path = `auth/approle/role/${inputs.role}/secret-id`;
        return (await client.ask(wrapped, { method: "PUT", path, token, body, wrapTtl })).wrap_info.token;
      }),
    );
    return { id: delivery, outputs: { wrappingToken, delivery } };
  },

  update: (old) => Promise.resolve(outputs.parse(old)),
  read: (old) => Promise.resolve(outputs.parse(old)),

  delete: async (old, { log }) => {
    try {
      await withVault(old, (client) => destroy(client, old));
    } catch (error) {
      log.warn(`${(error as Error).message}. The secret id of ${old.role} stays until its role is removed.`);
    }
  },
};

async function withVault<T>(inputs: Inputs, work: (client: VaultClient) => Promise<T>): Promise<T> {
  await using client = new VaultClient(inputs);
  return await work(client);
}

const deployerOf = ({ deployerRoleId, deployerSecretId }: Inputs) => ({
  roleId: deployerRoleId,
  secretId: deployerSecretId,
});

/** Its token can't be used any more, and there was no login: nobody has the secret id, or somebody who shouldn't. */
async function isLost(client: VaultClient, state: SecretIdState): Promise<boolean> {
  const { status } = await client.call({
    method: "PUT",
    path: "sys/wrapping/lookup",
    body: { token: state.wrappingToken },
    accept: [400, 403],
  });
  if (status === 200) return false;
  return asDeployer(client, deployerOf(state), async (token) => {
    const secretId = await find(client, token, state);
    return secretId === undefined || secretId.usesLeft === uses;
  });
}

async function destroy(client: VaultClient, state: SecretIdState): Promise<void> {
  await asDeployer(client, deployerOf(state), async (token) => {
    const secretId = await find(client, token, state);
    if (secretId === undefined) return;
    const path = `auth/approle/role/${state.role}/secret-id-accessor/destroy`;
    const body = { secret_id_accessor: secretId.accessor };
    await client.call({ method: "PUT", path, token, body });
  });
}

/** The secret id of this delivery, by its accessor, which can't be used to log in. */
async function find(client: VaultClient, token: string, { role, delivery }: SecretIdState) {
  const path = `auth/approle/role/${role}`;
  const list = await client.call({
    method: "GET",
    path: `${path}/secret-id?list=true`,
    token,
    accept: [404],
  });
  for (const accessor of list.status === 404 ? [] : listed.parse(list.body).data.keys) {
    const body = { secret_id_accessor: accessor };
    const call = { method: "PUT", path: `${path}/secret-id-accessor/lookup`, token, body } as const;
    const { data } = await client.ask(looked, call);
    if (data.metadata?.["delivery"] === delivery) return { accessor, usesLeft: data.secret_id_num_uses };
  }
  return undefined;
}
