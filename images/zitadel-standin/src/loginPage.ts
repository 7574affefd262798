import type { Human } from "./instanceState.ts";

export type Step = "password" | "changePassword" | "secondFactor" | "setUpSecondFactor";

interface Shown {
  user?: Human;
  problem?: string;
  /** Of a second factor that is being set up. */
  secret?: string;
}

/** One page of the login, without a script. */
export function page(step: Step, { user, problem, secret }: Shown): string {
  const forms: Record<Step, string> = {
    password: `${field("loginName", "Login name", "text", "username")}${field("password", "Password", "password", "current-password")}`,
    changePassword: `<p>Your password has to be changed.</p>
      ${field("oldPassword", "Old password", "password", "current-password")}
      ${field("newPassword", "New password", "password", "new-password")}
      ${field("confirmation", "New password, once more", "password", "new-password")}`,
    secondFactor: field("code", "Code of your authenticator app", "text", "one-time-code"),
    setUpSecondFactor: `<p>A second factor is required. Add this key to your authenticator app:</p>
      <p><code id="secret">${escape(secret ?? "")}</code></p>${field("code", "Its code", "text", "one-time-code")}`,
  };
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Login</title>
    <link rel="stylesheet" href="/ui/login/resources/style.css">
  </head>
  <body>
    <main>
      <h1>ApexMCP</h1>
      ${user ? `<p>${escape(user.loginName)}</p>` : ""}
      ${problem ? `<p role="alert">${escape(problem)}</p>` : ""}
      <form method="post" data-step="${step}">
        ${forms[step]}
        <button>Next</button>
      </form>
      <footer>Stand-in for Zitadel: for tests and offline development only.</footer>
    </main>
  </body>
</html>
`;
}

function field(name: string, label: string, type: string, autocomplete: string): string {
  return `<label>${label}<input name="${name}" type="${type}" autocomplete="${autocomplete}" required></label>`;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

export const stylesheet = `body { margin: 0; min-height: 100vh; display: grid; place-items: center; font: 16px/1.5 system-ui, sans-serif; background: #f3f4f6; color: #111827; }
main { width: min(22rem, 90vw); padding: 2rem; border-radius: 0.75rem; background: #fff; box-shadow: 0 1px 4px #0003; }
h1 { margin-top: 0; }
label { display: block; margin-bottom: 1rem; }
input { display: block; width: 100%; box-sizing: border-box; padding: 0.5rem; border: 1px solid #9ca3af; border-radius: 0.375rem; font: inherit; }
button { width: 100%; padding: 0.6rem; border: 0; border-radius: 0.375rem; background: #1d4ed8; color: #fff; font: inherit; cursor: pointer; }
[role="alert"] { color: #b91c1c; }
code { overflow-wrap: anywhere; }
footer { margin-top: 1.5rem; font-size: 0.8rem; color: #6b7280; }
`;
