import { randomBytes } from "node:crypto";

import { withZitadel } from "../../provider/zitadel/connection";
import { fail, pass, probe } from "../probe";
import { zitadelServer } from "./zitadelServer";

const most = 10;

/** Proves zitadel-lockout-limit-attempts on a user made for it: after so many wrong passwords the right one is refused. */
export const limitAttempts = probe("zitadel-lockout-limit-attempts", (target) =>
  withZitadel(zitadelServer(target), async ({ admin, users, sessions }) => {
    const limit = Number((await admin.getLockoutPolicy({})).policy?.maxPasswordAttempts ?? 0);
    if (limit < 1 || limit > most) return fail(`${limit || "any number of"} wrong passwords lock a user`);
    const loginName = `probe-${randomBytes(6).toString("hex")}@${new URL(target.authUrl).hostname}`;
    const password = `Aa1!${randomBytes(18).toString("base64url")}`;
    const { userId } = await users.addHumanUser({
      username: loginName,
      profile: { givenName: "Probe", familyName: "Lockout" },
      email: { email: loginName, verification: { case: "isVerified", value: true } },
      passwordType: { case: "password", value: { password, changeRequired: false } },
    });
    try {
      const tries = async (value: string) =>
        sessions
          .createSession({
            checks: { user: { search: { case: "userId", value: userId } }, password: { password: value } },
          })
          .then(
            () => true,
            () => false,
          );
      for (let attempt = 0; attempt < limit; attempt++) await tries("wrong");
      return (await tries(password))
        ? fail(`the right password still logs in after ${limit} wrong ones`)
        : pass(`${limit} wrong passwords locked a user made for it, and the right one was refused`);
    } finally {
      await users.deleteUser({ userId });
    }
  }),
);
