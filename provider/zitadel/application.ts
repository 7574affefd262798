import { isDeepStrictEqual } from "node:util";

import { z } from "zod";

import type { Resource } from "../resource";
import { addressInputs, checkTunnel, serverOf } from "./address";
import { withStartingZitadel, withZitadel, type Zitadel } from "./connection";
import { userByLogin } from "./users";

const name = z.string().min(1).max(200);

const inputs = z.strictObject({
  ...addressInputs,
  project: name.meta({ description: "The project; its id is the audience of every token." }),
  roles: z.array(name).min(1).meta({ description: "Every role of the project." }),
  application: name.meta({
    description: "With which people log in: authorization code and PKCE, no secret.",
  }),
  redirectUris: z.array(z.url()).min(1),
  machine: name.meta({ description: "Login name of the machine user: client credentials." }),
  machineRoles: z.array(name),
  people: z.array(name).meta({ description: "Login names of people who get every role." }),
});
type Inputs = z.output<typeof inputs>;

const outputs = z.object({
  organisationId: z.string().meta({ description: "Of the organisation that everything here belongs to." }),
  projectId: z.string().meta({ description: "The audience." }),
  clientId: z.string().meta({ description: "Of the application for people." }),
  machineClientId: z.string(),
  machineClientSecret: z.string().meta({ secret: true }),
});
type Outputs = z.output<typeof outputs>;

/**
 * `hardening:zitadel:Application`: a project with its roles, an application with which people log in, and a machine
 * user that logs in by itself; on a fresh instance nobody has to click anything.
 */
export const application: Resource<typeof inputs, typeof outputs> = {
  description: "A project with roles, an application for people, a machine user, and what they are granted.",
  inputs,
  outputs,

  check: (inputs) => {
    const unknown = (inputs.machineRoles ?? []).filter((role) => !(inputs.roles ?? [role]).includes(role));
    return [
      ...checkTunnel(inputs),
      ...(unknown.length > 0
        ? [{ property: "machineRoles" as const, reason: `holds what is no role: ${unknown.join(", ")}` }]
        : []),
    ];
  },

  diff: async (old, inputs, changed, { log }) => {
    if (changed.length > 0) return { changes: true };
    try {
      const drift = await withZitadel(serverOf(inputs), (zitadel) => driftOf(zitadel, inputs, old));
      for (const line of drift) log.info(line);
      return { changes: drift.length > 0 };
    } catch (error) {
      log.warn(`${(error as Error).message}. What the live application is is not known.`);
      return { changes: true };
    }
  },

  create: async (inputs) => {
    const outputs = await withStartingZitadel(serverOf(inputs), (it) => reconcile(it, inputs, undefined));
    return { id: outputs.projectId, outputs };
  },

  update: (old, inputs) => withStartingZitadel(serverOf(inputs), (it) => reconcile(it, inputs, old)),

  read: (old) => Promise.resolve(outputs.parse(old)),

  delete: async (old) => {
    await withZitadel(serverOf(old), async ({ management, users }) => {
      const machine = await userByLogin({ users } as Zitadel, old.machine);
      if (machine) await users.deleteUser({ userId: machine.userId });
      const { result } = await management.listProjects({});
      if (result.some(({ id }) => id === old.projectId))
        await management.removeProject({ id: old.projectId });
    });
  },
};

async function projectOf({ management }: Zitadel, { project }: Inputs) {
  const { result } = await management.listProjects({
    queries: [{ query: { case: "nameQuery", value: { name: project } } }],
  });
  return result.find(({ name }) => name === project);
}

async function appOf({ management }: Zitadel, projectId: string, { application }: Inputs) {
  const { result } = await management.listApps({ projectId });
  const app = result.find(({ name }) => name === application);
  return app?.config.case === "oidcConfig" ? { id: app.id, config: app.config.value } : undefined;
}

/** Everything that isn't as declared, a line each. */
async function driftOf(zitadel: Zitadel, inputs: Inputs, old: Outputs): Promise<string[]> {
  const project = await projectOf(zitadel, inputs);
  if (project?.id !== old.projectId) return [`project ${inputs.project} is gone, and is made again`];
  const { result: roles } = await zitadel.management.listProjectRoles({ projectId: project.id });
  const app = await appOf(zitadel, project.id, inputs);
  const machine = await userByLogin(zitadel, inputs.machine);
  const drift = [
    sameSet(
      roles.map(({ key }) => key),
      inputs.roles,
    )
      ? ""
      : "the project's roles differ",
    !app ? `application ${inputs.application} is gone` : "",
    app && !isAsDeclared(app.config, inputs) ? `application ${inputs.application} differs` : "",
    machine ? "" : `machine user ${inputs.machine} is gone`,
  ];
  for (const [loginName, wanted] of grantsOf(inputs)) {
    const user = await userByLogin(zitadel, loginName);
    const grant = user && (await grantFor(zitadel, user.userId, project.id));
    if (!grant || !sameSet(grant.roleKeys, wanted)) drift.push(`the roles of ${loginName} differ`);
  }
  return drift.filter((line) => line !== "");
}

async function reconcile(zitadel: Zitadel, inputs: Inputs, old: Outputs | undefined): Promise<Outputs> {
  const { management } = zitadel;
  const projectId =
    (await projectOf(zitadel, inputs))?.id ??
    (await management.addProject({ name: inputs.project, projectRoleAssertion: true })).id;

  const { result: roles } = await management.listProjectRoles({ projectId });
  const present = roles.map(({ key }) => key);
  for (const roleKey of inputs.roles.filter((key) => !present.includes(key)))
    await management.addProjectRole({ projectId, roleKey, displayName: roleKey });
  for (const roleKey of present.filter((key) => !inputs.roles.includes(key)))
    await management.removeProjectRole({ projectId, roleKey });

  const app = await appOf(zitadel, projectId, inputs);
  const declared = { ...oidcConfiguration(inputs), projectId };
  if (app && !isAsDeclared(app.config, inputs))
    await management.updateOIDCAppConfig({ ...declared, appId: app.id });
  const clientId =
    app?.config.clientId ?? (await management.addOIDCApp({ ...declared, name: inputs.application })).clientId;

  let machine = (await userByLogin(zitadel, inputs.machine))?.userId;
  const isNew = machine === undefined;
  machine ??= (
    await management.addMachineUser({ userName: inputs.machine, name: inputs.machine, accessTokenType: jwt })
  ).userId;
  // A secret can't be read back: one that isn't recorded is made anew.
  const secret =
    isNew || old === undefined || old.machineClientId !== inputs.machine
      ? await management.generateMachineSecret({ userId: machine })
      : { clientId: old.machineClientId, clientSecret: old.machineClientSecret };

  for (const [loginName, roleKeys] of grantsOf(inputs)) await grant(zitadel, loginName, projectId, roleKeys);
  const { org } = await zitadel.admin.getDefaultOrg({});
  return {
    organisationId: org?.id ?? "",
    projectId,
    clientId,
    machineClientId: secret.clientId,
    machineClientSecret: secret.clientSecret,
  };
}

function grantsOf(inputs: Inputs): [string, string[]][] {
  return [
    [inputs.machine, inputs.machineRoles],
    ...inputs.people.map((it): [string, string[]] => [it, inputs.roles]),
  ];
}

async function grantFor({ management }: Zitadel, userId: string, projectId: string) {
  const { result } = await management.listUserGrants({
    queries: [
      { query: { case: "userIdQuery", value: { userId } } },
      { query: { case: "projectIdQuery", value: { projectId } } },
    ],
  });
  return result[0];
}

async function grant(
  zitadel: Zitadel,
  loginName: string,
  projectId: string,
  roleKeys: string[],
): Promise<void> {
  const user = await userByLogin(zitadel, loginName);
  if (!user)
    throw new Error(`Zitadel has no user ${loginName}, who should get roles; correct the login name`);
  const live = await grantFor(zitadel, user.userId, projectId);
  if (!live) await zitadel.management.addUserGrant({ userId: user.userId, projectId, roleKeys });
  else if (!sameSet(live.roleKeys, roleKeys))
    await zitadel.management.updateUserGrant({ userId: user.userId, grantId: live.id, roleKeys });
}

/** Values of Zitadel's enumerations; the published protos can't be imported from here as values. */
const jwt = 1; // AccessTokenType and OIDCTokenType
const oidc = {
  responseTypeCode: 0,
  grantTypeCode: 0,
  grantTypeRefreshToken: 2,
  appTypeNative: 2,
  authMethodNone: 2,
  version10: 0,
};

/**
 * A public client: agents' programs redirect to a port of their own on loopback (RFC 8252). Refresh tokens, of which
 * each is good for one use, keep a person logged in beyond an access token's 15 minutes.
 */
function oidcConfiguration({ redirectUris }: Inputs) {
  return {
    redirectUris,
    responseTypes: [oidc.responseTypeCode],
    grantTypes: [oidc.grantTypeCode, oidc.grantTypeRefreshToken],
    appType: oidc.appTypeNative,
    authMethodType: oidc.authMethodNone,
    version: oidc.version10,
    devMode: false,
    accessTokenType: jwt,
    accessTokenRoleAssertion: true,
  };
}

type Configuration = Omit<ReturnType<typeof oidcConfiguration>, "version">;

function isAsDeclared(live: Configuration, inputs: Inputs): boolean {
  const declared = oidcConfiguration(inputs);
  const keys = Object.keys(declared).filter((key) => key !== "version") as (keyof Configuration)[];
  return keys.every((key) => isDeepStrictEqual(live[key], declared[key]));
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return isDeepStrictEqual([...left].sort(), [...right].sort());
}
