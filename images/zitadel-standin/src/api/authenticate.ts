import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { readFileSync } from "node:fs";

import { subjectOf } from "../assertion.ts";
import type { Settings } from "../settings.ts";

/**
 * Lets system users in: by a token that one signed itself with the key whose public half `SystemAPIUsers` names. To
 * them, every method of every service is open.
 */
export function authenticate({ SystemAPIUsers, origin }: Settings): Interceptor {
  const keys = new Map(
    SystemAPIUsers.flatMap((user) => Object.entries(user)).map(([name, { Path }]) => [
      name,
      readFileSync(Path, "utf8"),
    ]),
  );
  const keyOf = (name: string) => {
    const key = keys.get(name);
    if (key === undefined) throw new Error("no such system user");
    return key;
  };
  return (next) => async (request) => {
    const token = /^Bearer (.+)$/.exec(request.header.get("authorization") ?? "")?.[1];
    try {
      if (token === undefined) throw new Error("auth header missing");
      await subjectOf(token, origin, keyOf);
    } catch (error) {
      throw new ConnectError(`Errors.Token.Invalid: ${(error as Error).message}`, Code.Unauthenticated);
    }
    return next(request);
  };
}
