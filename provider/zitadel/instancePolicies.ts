import { z } from "zod";

import type { Resource } from "../resource";
import { addressInputs, addressKeys, checkTunnel, serverOf } from "./address";
import { withStartingZitadel, withZitadel, type Zitadel } from "./connection";

const count = z.number().int();

/** The policies of an instance; each name is one that Zitadel's own API gives it, or a part of one. */
const policies = z.object({
  forceMfa: z.boolean().meta({ description: "Whether every login needs a second factor." }),
  allowRegister: z.boolean().meta({ description: "Whether anybody may register." }),
  ignoreUnknownUsernames: z.boolean().meta({ description: "Whether the login hides which names exist." }),
  maxPasswordAttempts: count.min(1).max(100).meta({ description: "Wrong passwords until a user is locked." }),
  maxOtpAttempts: count.min(1).max(100).meta({ description: "Wrong codes until a user is locked." }),
  minLength: count.min(8).max(70),
  hasUppercase: z.boolean(),
  hasLowercase: z.boolean(),
  hasNumber: z.boolean(),
  hasSymbol: z.boolean(),
  maxAgeDays: count.min(0).meta({ description: "Days until a password has to be changed; 0: never." }),
  expireWarnDays: count.min(0),
  accessTokenMinutes: count.min(1),
  idTokenMinutes: count.min(1),
  refreshTokenIdleHours: count.min(1),
  refreshTokenHours: count.min(1),
  embeddedIframe: z.boolean().meta({ description: "Whether other sites may frame the login." }),
  enableImpersonation: z.boolean(),
});
export type Policies = z.output<typeof policies>;

const inputs = z.strictObject({ ...addressInputs, ...policies.shape });
const outputs = z.object({
  instance: z
    .string()
    .meta({ description: "The instance's origin, known once its policies are as declared." }),
});

/** `hardening:zitadel:InstancePolicies`: the live instance's policies are the declared ones (article, finding 4). */
export const instancePolicies: Resource<typeof inputs, typeof outputs> = {
  description:
    "Keeps login, lockout, password, token and security policies of a Zitadel instance as declared.",
  inputs,
  outputs,

  check: checkTunnel,

  diff: async (_old, inputs, changed, { log }) => {
    try {
      const live = await withZitadel(serverOf(inputs), readPolicies);
      const differences = differencesOf(live, inputs);
      for (const { key, is, becomes } of differences)
        log.info(`${key}: ${is} at Zitadel, becomes ${becomes}`);
      return { changes: changed.length > 0 || differences.length > 0 };
    } catch (error) {
      log.warn(`${(error as Error).message}. What the live policies are is not known.`);
      return { changes: true };
    }
  },

  create: async (inputs) => {
    await withStartingZitadel(serverOf(inputs), (zitadel) => apply(zitadel, inputs));
    return { id: inputs.origin, outputs: { instance: inputs.origin } };
  },

  update: async (_old, inputs) => {
    await withStartingZitadel(serverOf(inputs), (zitadel) => apply(zitadel, inputs));
    return { instance: inputs.origin };
  },

  read: (old) => Promise.resolve(outputs.parse(old)),

  // A policy can't be absent, and to go back to Zitadel's defaults would weaken an instance that lives on.
  delete: () => Promise.resolve(),
};

type Live = { [K in keyof Policies]: Policies[K] | undefined };

function differencesOf(live: Live, wanted: Policies) {
  return (Object.keys(policies.shape) as (keyof Policies)[])
    .filter((key) => !addressKeys.includes(key) && live[key] !== wanted[key])
    .map((key) => ({ key, is: String(live[key] ?? "unset"), becomes: String(wanted[key]) }));
}

async function readPolicies({ admin, settings }: Zitadel): Promise<Live> {
  const [login, lockout, complexity, age, oidc, security] = await Promise.all([
    admin.getLoginPolicy({}),
    admin.getLockoutPolicy({}),
    admin.getPasswordComplexityPolicy({}),
    admin.getPasswordAgePolicy({}),
    admin.getOIDCSettings({}),
    settings.getSecuritySettings({}),
  ]);
  return {
    forceMfa: login.policy?.forceMfa,
    allowRegister: login.policy?.allowRegister,
    ignoreUnknownUsernames: login.policy?.ignoreUnknownUsernames,
    maxPasswordAttempts: Number(lockout.policy?.maxPasswordAttempts ?? 0),
    maxOtpAttempts: Number(lockout.policy?.maxOtpAttempts ?? 0),
    minLength: Number(complexity.policy?.minLength ?? 0),
    hasUppercase: complexity.policy?.hasUppercase,
    hasLowercase: complexity.policy?.hasLowercase,
    hasNumber: complexity.policy?.hasNumber,
    hasSymbol: complexity.policy?.hasSymbol,
    maxAgeDays: Number(age.policy?.maxAgeDays ?? 0),
    expireWarnDays: Number(age.policy?.expireWarnDays ?? 0),
    accessTokenMinutes: Number(oidc.settings?.accessTokenLifetime?.seconds ?? 0) / 60,
    idTokenMinutes: Number(oidc.settings?.idTokenLifetime?.seconds ?? 0) / 60,
    refreshTokenIdleHours: Number(oidc.settings?.refreshTokenIdleExpiration?.seconds ?? 0) / 3600,
    refreshTokenHours: Number(oidc.settings?.refreshTokenExpiration?.seconds ?? 0) / 3600,
    embeddedIframe: security.settings?.embeddedIframe?.enabled ?? false,
    enableImpersonation: security.settings?.enableImpersonation ?? false,
  };
}

/** Writes each policy of which something differs: Zitadel refuses to write one that stays as it is. */
async function apply(zitadel: Zitadel, wanted: Policies): Promise<void> {
  const { admin, settings } = zitadel;
  const differing = new Set(differencesOf(await readPolicies(zitadel), wanted).map(({ key }) => key));
  const differs = (...keys: (keyof Policies)[]) => keys.some((key) => differing.has(key));

  if (differs("forceMfa", "allowRegister", "ignoreUnknownUsernames")) {
    const { policy } = await admin.getLoginPolicy({});
    const { forceMfa, allowRegister, ignoreUnknownUsernames } = wanted;
    await admin.updateLoginPolicy({
      ...policy,
      $typeName: undefined, // the request's fields are the policy's
      forceMfa,
      allowRegister,
      ignoreUnknownUsernames,
    });
  }
  if (differs("maxPasswordAttempts", "maxOtpAttempts"))
    await admin.updateLockoutPolicy(pick(wanted, "maxPasswordAttempts", "maxOtpAttempts"));
  const complexity = ["minLength", "hasUppercase", "hasLowercase", "hasNumber", "hasSymbol"] as const;
  if (differs(...complexity)) await admin.updatePasswordComplexityPolicy(pick(wanted, ...complexity));
  if (differs("maxAgeDays", "expireWarnDays"))
    await admin.updatePasswordAgePolicy(pick(wanted, "maxAgeDays", "expireWarnDays"));
  if (differs("accessTokenMinutes", "idTokenMinutes", "refreshTokenIdleHours", "refreshTokenHours")) {
    const seconds = (count: number) => ({ seconds: BigInt(count) });
    await admin.updateOIDCSettings({
      accessTokenLifetime: seconds(wanted.accessTokenMinutes * 60),
      idTokenLifetime: seconds(wanted.idTokenMinutes * 60),
      refreshTokenIdleExpiration: seconds(wanted.refreshTokenIdleHours * 3600),
      refreshTokenExpiration: seconds(wanted.refreshTokenHours * 3600),
    });
  }
  if (differs("embeddedIframe", "enableImpersonation"))
    await settings.setSecuritySettings({
      embeddedIframe: { enabled: wanted.embeddedIframe },
      enableImpersonation: wanted.enableImpersonation,
    });
}

function pick<T, K extends keyof T>(from: T, ...keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}
