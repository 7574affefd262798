import type Provider from "oidc-provider";
import { ConnectError } from "@connectrpc/connect";
import type { IncomingMessage, ServerResponse } from "node:http";

import { readForm } from "./form.ts";
import type { Instance } from "./instance.ts";
import type { Human } from "./instanceState.ts";
import { page, stylesheet } from "./loginPage.ts";
import type { Store } from "./store.ts";
import { newTotpSecret } from "./totp.ts";

/** How far a login has come; kept while its authorization request lives. */
interface Progress {
  userId?: string;
  /** Of a second factor that is being set up. */
  totpSecret?: string;
  secondFactor?: true;
}

const seconds = 600;

/** The hosted login: user name and password, then the change of the password and the second factor, where required. */
export function loginPages(provider: Provider, instance: Instance, store: Store) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = new URL(request.url ?? "/", "https://any").pathname;
    if (path === "/ui/login/resources/style.css") return send(response, 200, "text/css", stylesheet);
    const { uid, prompt } = await provider.interactionDetails(request, response);
    const finish = (result: object) =>
      provider.interactionFinished(request, response, { ...result, consent: {} });
    if (prompt.name === "consent") return finish({}); // logged in already
    const progress = (await store.get<Progress>("login", uid)) ?? {};
    let problem: string | undefined;
    if (request.method === "POST") {
      try {
        await advance(progress, await readForm(request));
      } catch (error) {
        if (!(error instanceof ConnectError)) throw error;
        problem = messages[error.rawMessage] ?? error.rawMessage;
      }
    }
    const user = progress.userId === undefined ? undefined : instance.human(progress.userId);
    const step = nextStep(progress, user);
    if (step === "done") {
      await store.remove("login", uid);
      return finish({ login: { accountId: user!.id } });
    }
    if (step === "setUpSecondFactor") progress.totpSecret ??= newTotpSecret();
    await store.put("login", uid, progress, seconds);
    send(
      response,
      problem ? 400 : 200,
      "text/html; charset=utf-8",
      page(step, { user, problem, secret: progress.totpSecret }),
    );
  };

  function nextStep(progress: Progress, user: Human | undefined) {
    if (!user) return "password";
    if (user.changeRequired) return "changePassword";
    if (progress.secondFactor || !(user.totpSecret || instance.forcesSecondFactor)) return "done";
    return user.totpSecret ? "secondFactor" : "setUpSecondFactor";
  }

  async function advance(progress: Progress, form: URLSearchParams): Promise<void> {
    const field = (name: string) => form.get(name) ?? "";
    const user = progress.userId === undefined ? undefined : instance.human(progress.userId);
    if (!user) {
      const human = instance.humanByLogin(field("loginName"));
      await instance.checkPassword(human, field("password"));
      progress.userId = human.id;
    } else if (user.changeRequired) {
      if (field("newPassword") !== field("confirmation"))
        throw new ConnectError("Errors.User.Password.ConfirmationWrong");
      await instance.checkPassword(user, field("oldPassword"));
      if (field("newPassword") === field("oldPassword"))
        throw new ConnectError("Errors.User.Password.NotChanged");
      await instance.setPassword(user, field("newPassword"), false);
    } else {
      const secret = user.totpSecret ?? progress.totpSecret ?? "";
      await instance.checkCode(user, secret, field("code"));
      user.totpSecret = secret;
      progress.secondFactor = true;
      await instance.save();
    }
  }
}

const wrong = "Username or password invalid";
/** Whether the user exists isn't told. */
const messages: Record<string, string> = {
  "Errors.User.NotFound": wrong,
  "Errors.User.NotHuman": wrong,
  "Errors.User.Password.Invalid": wrong,
  "Errors.User.Password.ConfirmationWrong": "The two new passwords differ",
  "Errors.User.Password.NotChanged": "The new password can't be the old one",
  "Errors.User.Locked": "User is locked",
  "Errors.User.MFA.OTP.InvalidCode": "Code is invalid",
};

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" }).end(body);
}
