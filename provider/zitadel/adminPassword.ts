import { z } from "zod";

import type { Resource, State } from "../resource";
import { addressInputs, checkTunnel, serverOf } from "./address";
import { withStartingZitadel, withZitadel, type Zitadel } from "./connection";
import { humanByLogin, type Human } from "./users";

const inputs = z.strictObject({
  ...addressInputs,
  loginName: z.string().min(1).meta({ description: "Of the human whose password it is." }),
  password: z.string().min(12).max(70).meta({
    secret: true,
    description: "Valid until its owner changes it at the next login, which is required.",
  }),
});

const outputs = z.object({
  userId: z.string(),
  passwordChanged: z.string().meta({ description: "When it was set here, by Zitadel's clock; ISO 8601." }),
});

type AdminPasswordState = State<typeof inputs, typeof outputs>;

/**
 * `hardening:zitadel:AdminPassword`: the live administrator's password (article, finding 2). An environment variable
 * reaches an instance only while it is bootstrapped; this reaches it ever after.
 */
export const adminPassword: Resource<typeof inputs, typeof outputs> = {
  description:
    "Sets the live administrator's password through Zitadel's API, with a change at the next login required.",
  inputs,
  outputs,

  check: checkTunnel,

  diff: async (old, inputs, changed, { log }) => {
    if (changed.length > 0) return { changes: true };
    try {
      const drift = driftOf(
        old,
        await withZitadel(serverOf(inputs), (it) => humanByLogin(it, inputs.loginName)),
      );
      if (drift) log.warn(`${inputs.loginName}: ${drift}; its password will be set again`);
      return { changes: drift !== undefined };
    } catch (error) {
      log.warn(`${(error as Error).message}. Whether the password is still the one set here is not known.`);
      return { changes: true };
    }
  },

  create: async (inputs) => {
    const outputs = await withStartingZitadel(serverOf(inputs), (it) => setPassword(it, inputs));
    return { id: outputs.userId, outputs };
  },

  update: (old, inputs) =>
    withStartingZitadel(serverOf(inputs), async (zitadel) => {
      const user = await humanByLogin(zitadel, inputs.loginName);
      const same = old.loginName === inputs.loginName && old.password === inputs.password;
      if (same && !driftOf(old, user)) return outputs.parse(old);
      return setPassword(zitadel, inputs);
    }),

  // What was recorded stays: a refresh must not take a restored, older password for the one set here.
  read: (old) => Promise.resolve(outputs.parse(old)),

  // The administrator outlives the resource that sets the password.
  delete: () => Promise.resolve(),
};

async function setPassword(
  zitadel: Zitadel,
  { loginName, password }: Pick<AdminPasswordState, "loginName" | "password">,
): Promise<z.output<typeof outputs>> {
  const { userId } = await humanByLogin(zitadel, loginName);
  await zitadel.users.setPassword({ userId, newPassword: { password, changeRequired: true } });
  const { passwordChanged } = await humanByLogin(zitadel, loginName);
  return { userId, passwordChanged };
}

/** How the live user differs from the one whose password was set; its owner's own change is none. */
function driftOf(old: AdminPasswordState, live: Human): string | undefined {
  if (live.userId !== old.userId) return "is another user than the one whose password was set";
  if (live.passwordChanged < old.passwordChanged)
    return `has the password of ${live.passwordChanged || "its creation"} again, older than the one set here`;
  if (live.passwordChanged === old.passwordChanged && !live.changeRequired)
    return "no longer has to change the password that was set here";
  return undefined;
}
