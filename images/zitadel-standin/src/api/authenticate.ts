import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { decodeJwt, importSPKI, jwtVerify } from "jose";
import { readFileSync } from "node:fs";

import type { Settings } from "../settings.ts";

/** Milliseconds that a token of a system user may live at most, as in the real server. */
const longest = 60 * 60 * 1000;

/**
 * Lets system users in: a JWT that one signed itself (iss and sub are its name, aud the instance's origin) with the
 * key whose public half `SystemAPIUsers` names. To them, every method of every service is open.
 */
export function authenticate({ SystemAPIUsers, origin }: Settings): Interceptor {
  const keys = new Map(
    SystemAPIUsers.flatMap((user) => Object.entries(user)).map(([name, { Path }]) => [
      name,
      importSPKI(readFileSync(Path, "utf8"), "RS256"),
    ]),
  );
  return (next) => async (request) => {
    const token = /^Bearer (.+)$/.exec(request.header.get("authorization") ?? "")?.[1];
    try {
      if (token === undefined) throw new Error("auth header missing");
      const { iss = "", iat = 0, exp = Infinity } = decodeJwt(token);
      const key = keys.get(iss);
      if (!key) throw new Error("no such system user");
      await jwtVerify(token, await key, {
        algorithms: ["RS256"],
        issuer: iss,
        subject: iss,
        audience: origin,
      });
      if ((exp - iat) * 1000 > longest) throw new Error("token lives longer than an hour");
    } catch (error) {
      throw new ConnectError(`Errors.Token.Invalid: ${(error as Error).message}`, Code.Unauthenticated);
    }
    return next(request);
  };
}
