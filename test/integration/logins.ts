import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { withEdge, type EdgeAnswer } from "../../probes/edge/edgeRequest";
import type { Target } from "../../probes/target";
import { zitadelServer } from "../../probes/zitadel/zitadelServer";
import { withZitadel } from "../../provider/zitadel/connection";
import { humanByLogin } from "../../provider/zitadel/users";
import { authorize, Browser, type Page } from "../support/browser";
import { SshServer } from "../support/sshServer";
import type { TestStack } from "../support/testStack";
import { totp } from "../support/totp";

type Stack = Pick<TestStack, "run" | "pulumi" | "configure" | "target">;

const newPassword = () => `Aa1!${randomBytes(12).toString("base64url")}`;
const scopes = (target: Target) =>
  [
    `openid urn:zitadel:iam:org:project:id:${target.zitadel.projectId}:aud`,
    "urn:zitadel:iam:org:projects:roles urn:zitadel:iam:user:resourceowner",
  ].join(" ");

/** Logins of people and machines on a deployed stack, through its edge, and the administrator's password there. */
export function loginTests(stackOf: () => Stack): void {
  it("lets a machine in by its client credentials, and no token that somebody changed", async () => {
    const target = await stackOf().target();
    const token = await machineToken(target);
    expect(await listConnectors(target, token)).toMatchObject({ status: 200 });
    const [header, claims, signature = ""] = token.split(".");
    const forged = [header, claims, (signature.startsWith("A") ? "B" : "A") + signature.slice(1)].join(".");
    expect(await listConnectors(target, forged)).toMatchObject({ status: 401 });
  });

  it("lets a person in, once the bootstrap password is changed and a second factor is set up", async () => {
    const target = await stackOf().target();
    const token = await personToken(target, configuredPassword(target), newPassword());
    expect(await listConnectors(target, token)).toMatchObject({ status: 200 });
    expect(await signsIn(target, configuredPassword(target))).toBe(false);
  });

  it("sets a changed administrator's password by make up, also when Zitadel was restarted in between", async () => {
    const stack = stackOf();
    const { containers } = await stack.target();
    await expectChanged(
      stack,
      newPassword(),
      () =>
        void execFileSync("docker", [
          "restart",
          containers.find(({ service }) => service === "zitadel")!.name,
        ]),
    );
  });

  it("sets it over an SSH tunnel", async () => {
    await using ssh = await SshServer.start();
    const { host, port, user, privateKey, hostKey } = ssh.address;
    const stack = stackOf();
    try {
      const tunnel = { zitadelSshHost: host, zitadelSshPort: port, zitadelSshUser: user };
      await stack.configure({ ...tunnel, zitadelSshHostKey: hostKey });
      await expectChanged(stack, newPassword(), () => undefined, {
        ZITADEL_SSH_PRIVATE_KEY: privateKey,
      });
      expect(ssh.forwarded).toBeGreaterThan(0);
    } finally {
      await stack.configure({});
    }
  });
}

/** Changes the configured password and runs make up: the old one fails, the new one logs in and has to be changed. */
async function expectChanged(
  stack: Stack,
  password: string,
  inBetween: () => void,
  env: Record<string, string> = {},
): Promise<void> {
  const old = configuredPassword(await stack.target());
  await stack.pulumi(["config", "set", "--secret", "apexmcp:zitadelAdminPassword"], password);
  inBetween();
  const { exitCode, stdout, stderr } = await stack.run("up", [], env);
  if (exitCode !== 0) throw new Error(stdout + stderr);
  const target = await stack.target();
  expect(await signsIn(target, old)).toBe(false);
  expect(await signsIn(target, password)).toBe(true);
  const admin = await withZitadel(zitadelServer(target), (it) => humanByLogin(it, target.zitadel.adminLogin));
  expect(admin.changeRequired).toBe(true);
}

const configuredPassword = ({ secrets }: Target) => secrets["ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD"]!;

function signsIn(target: Target, password: string): Promise<boolean> {
  const user = { search: { case: "loginName" as const, value: target.zitadel.adminLogin } };
  return withZitadel(zitadelServer(target), async ({ sessions }) => {
    try {
      await sessions.createSession({ checks: { user, password: { password } } });
      return true;
    } catch (error) {
      if (String(error).includes("Password.Invalid")) return false;
      throw error;
    }
  });
}

/** The edge counts the probes' bursts, which make up ended with: what it refuses is asked again. */
async function patiently(send: () => Promise<EdgeAnswer>): Promise<EdgeAnswer> {
  for (;;) {
    const answer = await send();
    if (answer.status !== 429) return answer;
    await sleep(Number(answer.headers["retry-after"] ?? 1) * 1000);
  }
}

function listConnectors(target: Target, token: string): Promise<EdgeAnswer> {
  const headers = { authorization: `Bearer ${token}` };
  return withEdge(target, (send) => patiently(() => send(target.publicUrl, "/api/connectors", { headers })));
}

async function machineToken(target: Target): Promise<string> {
  const { text } = await withEdge(target, (send) =>
    patiently(() =>
      send(target.authUrl, "/oauth/v2/token", {
        form: {
          grant_type: "client_credentials",
          client_id: target.zitadel.machineClientId,
          client_secret: target.secrets["ZITADEL_MACHINE_CLIENT_SECRET"]!,
          scope: scopes(target),
        },
      }),
    ),
  );
  return (JSON.parse(text) as { access_token: string }).access_token;
}

async function personToken(target: Target, password: string, chosen: string): Promise<string> {
  await using browser = new Browser({
    connectTo: new URL(target.edgeUrl).host,
    caCertificate: target.caCertificate,
    patient: true,
  });
  const { page, redeem } = await authorize(browser, {
    origin: target.authUrl,
    clientId: target.zitadel.clientId,
    redirectUri: "http://127.0.0.1/callback",
    scope: scopes(target),
  });
  const post = (form: Record<string, string>): Promise<Page> => browser.open(page.url, form);
  await post({ loginName: target.zitadel.adminLogin, password });
  const second = await post({ oldPassword: password, newPassword: chosen, confirmation: chosen });
  const secret = /id="secret">(\w+)</.exec(second.text)?.[1];
  if (secret === undefined) throw new Error(`no second factor to set up: ${second.status} ${second.text}`);
  const done = await post({ code: totp(secret, Date.now()) });
  const code = done.url.searchParams.get("code");
  if (code === null) throw new Error(`no code: ${done.status} ${done.url.href}`);
  return (await redeem(code)).access_token;
}
