import { Code, ConnectError } from "@connectrpc/connect";
import type { JWK } from "jose";

import { firstInstance } from "./firstInstance.ts";
import type { Human, Machine, Project, State } from "./instanceState.ts";
import { complexityProblem, hashPassword, matches } from "./passwords.ts";
import { unseal } from "./sealed.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";
import { isCurrent } from "./totp.ts";

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

export function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw new ConnectError(`Errors.${what}`, Code.NotFound);
  return thing;
}
