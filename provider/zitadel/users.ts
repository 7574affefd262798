import type { Zitadel } from "./connection";

export interface Human {
  readonly userId: string;
  /** ISO 8601; empty when it never had one. */
  readonly passwordChanged: string;
  readonly changeRequired: boolean;
}

/** @throws when there is no human of that login name */
export async function humanByLogin(zitadel: Zitadel, loginName: string): Promise<Human> {
  const user = await userByLogin(zitadel, loginName);
  if (user?.type.case !== "human")
    throw new Error(
      `Zitadel has no human user ${loginName}; give the login name that the instance was bootstrapped with`,
    );
  const { passwordChanged, passwordChangeRequired } = user.type.value;
  const milliseconds = passwordChanged
    ? Number(passwordChanged.seconds) * 1000 + Math.floor(passwordChanged.nanos / 1e6)
    : undefined;
  return {
    userId: user.userId,
    passwordChanged: milliseconds === undefined ? "" : new Date(milliseconds).toISOString(),
    changeRequired: passwordChangeRequired,
  };
}

export async function userByLogin(zitadel: Zitadel, loginName: string) {
  const { result } = await zitadel.users.listUsers({
    queries: [{ query: { case: "loginNameQuery", value: { loginName } } }],
  });
  return result[0];
}
