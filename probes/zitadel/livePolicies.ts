import { withZitadel } from "../../provider/zitadel/connection";
import { fail, pass, probe } from "../probe";
import { zitadelServer } from "./zitadelServer";

const shortest = 12;

/** Proves zitadel-login-require-mfa on the live instance's policy. */
export const requireMfa = probe("zitadel-login-require-mfa", async (target) => {
  const { policy } = await withZitadel(zitadelServer(target), ({ admin }) => admin.getLoginPolicy({}));
  return policy?.forceMfa ? pass("every login needs a second factor") : fail("a password alone logs in");
});

/** Proves zitadel-password-require-length on the live instance's policy. */
export const requireLength = probe("zitadel-password-require-length", async (target) => {
  const { policy } = await withZitadel(zitadelServer(target), ({ admin }) =>
    admin.getPasswordComplexityPolicy({}),
  );
  const length = Number(policy?.minLength ?? 0);
  return length >= shortest
    ? pass(`passwords have ${length} characters or more`)
    : fail(`passwords of ${length} characters are accepted`);
});
