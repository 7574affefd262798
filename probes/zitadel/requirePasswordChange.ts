import { withZitadel, ZitadelRefused, type Zitadel } from "../../provider/zitadel/connection";
import { humanByLogin } from "../../provider/zitadel/users";
import { fail, pass, probe } from "../probe";
import { zitadelServer } from "./zitadelServer";

/** The article's placeholder; public, so no secret. */
const placeholder = "DevOnlyChangeMe1!";

/**
 * Proves zitadel-admin-require-password-change: the administrator has chosen a password, or has to. As long as that
 * is so, it also tries the placeholder, and then the configured one, which sets the count of wrong ones back; once
 * somebody owns the password, it tries nothing, since that could lock them out.
 */
export const requirePasswordChange = probe("zitadel-admin-require-password-change", (target) =>
  withZitadel(zitadelServer(target), async (zitadel) => {
    const { adminLogin, adminPasswordSet } = target.zitadel;
    const admin = await humanByLogin(zitadel, adminLogin);
    if (!admin.changeRequired) {
      return admin.passwordChanged > adminPasswordSet
        ? pass(`${adminLogin} chose a password of their own on ${admin.passwordChanged}`)
        : fail(`${adminLogin} doesn't have to change the configured password`);
    }
    if (await logsIn(zitadel, adminLogin, placeholder)) return fail("the article's placeholder logs in");
    const configured = target.secrets["ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD"] ?? "";
    if (!(await logsIn(zitadel, adminLogin, configured)))
      return fail("the configured password doesn't log in");
    return pass(
      "the configured password logs in and has to be changed; the article's placeholder is refused",
    );
  }),
);

async function logsIn({ sessions }: Zitadel, loginName: string, password: string): Promise<boolean> {
  try {
    const user = { search: { case: "loginName" as const, value: loginName } };
    const { sessionId } = await sessions.createSession({ checks: { user, password: { password } } });
    await sessions.deleteSession({ sessionId });
    return true;
  } catch (error) {
    if (/Password|Locked/.test(String((error as Error).message))) return false;
    throw error instanceof ZitadelRefused ? error : (error as Error);
  }
}
