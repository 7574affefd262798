import { exportJWK, generateKeyPair } from "jose";
import { randomBytes } from "node:crypto";

import { defaults, type State } from "./instanceState.ts";
import { newHuman, newId } from "./newHuman.ts";
import { seal } from "./sealed.ts";
import type { Settings } from "./settings.ts";

/** An instance with its first administrator, and keys of its own, which nothing can read without the master key. */
export async function firstInstance(settings: Settings): Promise<State> {
  const { Human: first, Name } = settings.FirstInstance.Org;
  const domain = `${Name.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.${settings.ExternalDomain}`;
  const loginName = first.UserName.includes("@") ? first.UserName : `${first.UserName}@${domain}`;
  const human = await newHuman(
    {
      id: newId(),
      loginName,
      givenName: first.FirstName,
      familyName: first.LastName,
      email: first.Email.Address || loginName,
      changeRequired: first.PasswordChangeRequired,
    },
    first.Password,
    defaults.complexity,
  );
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), kid: newId(), alg: "RS256", use: "sig" };
  const secrets = JSON.stringify({ jwk, cookieKey: randomBytes(32).toString("base64url") });
  return {
    id: newId(),
    orgId: newId(),
    orgName: Name,
    secrets: seal(secrets, settings.masterKey),
    users: [human],
    projects: [],
    apps: [],
    grants: [],
    ...structuredClone(defaults),
  };
}
