import { Code, ConnectError } from "@connectrpc/connect";
import type { JsonObject } from "@bufbuild/protobuf";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { randomBytes, randomInt } from "node:crypto";

import { complexityProblem, hashPassword, matches } from "./passwords.ts";
import { seal, unseal } from "./sealed.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";
import { isCurrent } from "./totp.ts";

export interface Complexity {
  minLength: number;
  hasUppercase: boolean;
  hasLowercase: boolean;
  hasNumber: boolean;
  hasSymbol: boolean;
}

export interface Human {
  type: "human";
  id: string;
  loginName: string;
  givenName: string;
  familyName: string;
  email: string;
  locked: boolean;
  failedAttempts: number;
  failedCodes: number;
  passwordHash: string;
  /** ISO 8601. */
  passwordChanged: string;
  changeRequired: boolean;
  totpSecret?: string;
}

export interface Machine {
  type: "machine";
  id: string;
  loginName: string;
  name: string;
  jwt: boolean;
  /** Of the client credentials grant. */
  secretHash?: string;
}

export interface Project {
  id: string;
  name: string;
  roleAssertion: boolean;
  roles: { key: string; displayName: string }[];
}

export interface App {
  id: string;
  projectId: string;
  name: string;
  clientId: string;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  grantTypes: string[];
  native: boolean;
  jwt: boolean;
  roleAssertion: boolean;
  devMode: boolean;
}

export interface Grant {
  id: string;
  userId: string;
  projectId: string;
  roleKeys: string[];
}

interface State {
  id: string;
  orgId: string;
  orgName: string;
  /** Sealed with the masterkey. */
  secrets: string;
  users: (Human | Machine)[];
  projects: Project[];
  apps: App[];
  grants: Grant[];
  /** The six policies; login, oidc and security in their protobuf's JSON. */
  login: JsonObject;
  oidc: JsonObject;
  security: JsonObject;
  lockout: { maxPasswordAttempts: number; maxOtpAttempts: number };
  complexity: Complexity;
  age: { maxAgeDays: number; expireWarnDays: number };
}

/** The real server's defaults, weak as they are. */
const defaults = {
  login: {
    allowUsernamePassword: true,
    allowRegister: true,
    allowExternalIdp: true,
    passwordlessType: "PASSWORDLESS_TYPE_ALLOWED",
    passwordCheckLifetime: "864000s",
    externalLoginCheckLifetime: "864000s",
    mfaInitSkipLifetime: "2592000s",
    secondFactorCheckLifetime: "64800s",
    multiFactorCheckLifetime: "43200s",
  },
  oidc: {
    accessTokenLifetime: "43200s",
    idTokenLifetime: "43200s",
    refreshTokenIdleExpiration: "2592000s",
    refreshTokenExpiration: "7776000s",
  },
  security: {},
  lockout: { maxPasswordAttempts: 0, maxOtpAttempts: 0 },
  complexity: { minLength: 8, hasUppercase: true, hasLowercase: true, hasNumber: true, hasSymbol: true },
  age: { maxAgeDays: 0, expireWarnDays: 0 },
};

/** The one instance: its users, projects and policies, with the rules that the real server has for them. */
export class Instance {
  readonly state: State;
  /** Private, for tokens. */
  readonly signingKey: JWK;
  readonly cookieKey: string;
  private readonly store: Store;

  private constructor(store: Store, state: State, signingKey: JWK, cookieKey: string) {
    this.store = store;
    this.state = state;
    this.signingKey = signingKey;
    this.cookieKey = cookieKey;
  }

  /** Sets the instance up with its first administrator where the database is empty; else opens it. */
  static async open(settings: Settings, store: Store): Promise<Instance> {
    const state = (await store.get<State>("instance", "")) ?? (await firstInstance(settings));
    const secrets = JSON.parse(unseal(state.secrets, settings.masterKey)) as { jwk: JWK; cookieKey: string };
    const instance = new Instance(store, state, secrets.jwk, secrets.cookieKey);
    await instance.save();
    return instance;
  }

  save(): Promise<void> {
    return this.store.put("instance", "", this.state);
  }

  user(id: string): Human | Machine {
    return found(
      this.state.users.find((it) => it.id === id),
      "User.NotFound",
    );
  }

  human(id: string): Human {
    const user = this.user(id);
    if (user.type !== "human") throw new ConnectError("Errors.User.NotHuman", Code.FailedPrecondition);
    return user;
  }

  humanByLogin(loginName: string): Human {
    const user = this.state.users.find((it) => it.loginName.toLowerCase() === loginName.toLowerCase());
    return this.human(found(user, "User.NotFound").id);
  }

  addUser(user: Human | Machine): void {
    if (this.state.users.some(({ loginName }) => loginName === user.loginName))
      throw new ConnectError("Errors.User.AlreadyExists", Code.AlreadyExists);
    this.state.users.push(user);
  }

  project(id: string): Project {
    return found(
      this.state.projects.find((it) => it.id === id),
      "Project.NotFound",
    );
  }

  /** Roles that a user has been granted on a project. */
  rolesOf(userId: string, projectId: string): string[] {
    return this.state.grants
      .filter((grant) => grant.userId === userId && grant.projectId === projectId)
      .flatMap(({ roleKeys }) => roleKeys);
  }

  async setPassword(user: Human, password: string, changeRequired: boolean): Promise<void> {
    const problem = complexityProblem(password, this.state.complexity);
    if (problem) throw new ConnectError(problem, Code.InvalidArgument);
    user.passwordHash = await hashPassword(password);
    user.passwordChanged = new Date().toISOString();
    user.changeRequired = changeRequired;
    user.failedAttempts = 0;
    await this.save();
  }

  /** Counts before it compares, so that guesses made at the same time count each. */
  async checkPassword(user: Human, password: string): Promise<void> {
    if (user.locked) throw new ConnectError("Errors.User.Locked", Code.FailedPrecondition);
    const limit = this.state.lockout.maxPasswordAttempts;
    user.failedAttempts++;
    const last = limit > 0 && user.failedAttempts >= limit;
    if (last) user.locked = true;
    if (await matches(password, user.passwordHash)) {
      user.failedAttempts = 0;
      if (last) user.locked = false;
      return this.save();
    }
    await this.save();
    throw new ConnectError("Errors.User.Password.Invalid", Code.InvalidArgument);
  }

  async checkCode(user: Human, secret: string, code: string): Promise<void> {
    if (user.locked) throw new ConnectError("Errors.User.Locked", Code.FailedPrecondition);
    if (isCurrent(code, secret)) {
      user.failedCodes = 0;
      return this.save();
    }
    const limit = this.state.lockout.maxOtpAttempts;
    if (limit > 0 && ++user.failedCodes >= limit) user.locked = true;
    await this.save();
    throw new ConnectError("Errors.User.MFA.OTP.InvalidCode", Code.InvalidArgument);
  }

  /** Whether a human has to set up a second factor before a login is done. */
  get forcesSecondFactor(): boolean {
    return this.state.login["forceMfa"] === true || this.state.login["forceMfaLocalOnly"] === true;
  }
}

/** As long as the real server's, and growing. */
export function newId(): string {
  return `${Date.now()}${randomInt(10_000, 100_000)}`;
}

export async function newHuman(
  details: Pick<Human, "id" | "loginName" | "givenName" | "familyName" | "email" | "changeRequired">,
  password: string,
  complexity: Complexity,
): Promise<Human> {
  const problem = complexityProblem(password, complexity);
  if (problem) throw new ConnectError(problem, Code.InvalidArgument);
  return {
    type: "human",
    ...details,
    locked: false,
    failedAttempts: 0,
    failedCodes: 0,
    passwordHash: await hashPassword(password),
    passwordChanged: new Date().toISOString(),
  };
}

async function firstInstance(settings: Settings): Promise<State> {
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

export function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new ConnectError(`Errors.${what}`, Code.NotFound);
  return thing;
}
