import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

import type { Docker } from "../../../probes/docker";
import { disallowRawAudit } from "../../../probes/vault/disallowRawAudit";
import { disallowRootToken } from "../../../probes/vault/disallowRootToken";
import { requireAuditDevices } from "../../../probes/vault/requireAuditDevices";
import { requireRoleBinding } from "../../../probes/vault/requireRoleBinding";
import { compliantTarget } from "../compliantTarget";
import { certificates, closeServers, serveHttps } from "../tlsServer";

afterEach(closeServers);

const login = randomBytes(16).toString("hex");
const file = { type: "file", options: { file_path: "/vault/logs/audit.log", log_raw: "false" } };
const stdout = { type: "file", options: { file_path: "stdout" } };

/** What Vault answers, by path; a test breaks one. */
const compliant = {
  "sys/audit": { data: { "file/": file, "stdout/": stdout } },
  "auth/token/accessors?list=true": { data: { keys: ["a", "gone", "b"] } },
  "auth/token/lookup-accessor": { data: { policies: ["deployer"] } },
  "auth/approle/role/broker": {
    data: {
      bind_secret_id: true,
      secret_id_bound_cidrs: ["10.0.2.0/24"],
      token_bound_cidrs: ["10.0.2.0/24"],
    },
  },
};

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** A Vault with these answers, whose audit devices at these places write what is asked. */
async function vault(changes: Record<string, object> = {}, writing = ["stdout", "/vault/logs/audit.log"]) {
  const answers: Record<string, object> = { ...compliant, ...changes };
  const logs: string[] = [];
  const docker: Docker = (args) => {
    const place = args[0] === "logs" ? "stdout" : (args.at(-1) ?? "");
    return Promise.resolve({
      exitCode: 0,
      stdout: writing.includes(place) ? logs.join("\n") : "",
      stderr: "",
    });
  };
  const target = compliantTarget(docker);
  const port = await serveHttps((request, response) => {
    void textOf(request).then((text) => {
      const path = (request.url ?? "").slice("/v1/".length);
      logs.push(path);
      const secretId = target.secrets["VAULT_DEPLOYER_SECRET_ID"]!;
      const allowed = path === "auth/deployer/login" ? text.includes(secretId) : true;
      const known = path === "auth/deployer/login" ? { auth: { client_token: login } } : answers[path];
      const authorised = path === "auth/deployer/login" || request.headers["x-vault-token"] === login;
      const gone = path === "auth/token/lookup-accessor" && text.includes('"gone"');
      const permitted = known && allowed && authorised ? 200 : 403;
      const status = path === "auth/token/revoke-self" ? 204 : gone ? 400 : permitted;
      response.writeHead(status, { connection: "close" });
      response.end(
        status === 204 ? "" : JSON.stringify(status === 200 ? known : { errors: ["permission denied"] }),
      );
    });
  });
  return {
    target: { ...target, caCertificate: (await certificates).ca, vaultAddress: `https://127.0.0.1:${port}` },
    asked: logs,
  };
}

const probes = [disallowRootToken, requireRoleBinding, requireAuditDevices, disallowRawAudit];

it.each(probes)(
  "a Vault as the stack configures it passes $finding, and the login is revoked",
  async (probe) => {
    const { target, asked } = await vault();
    expect(await probe.run(target)).toMatchObject({ outcome: "pass" });
    expect(asked.at(-1)).toBe("auth/token/revoke-self");
  },
);

it.each([
  [disallowRootToken, "auth/token/accessors?list=true"],
  [requireRoleBinding, "auth/approle/role/broker"],
  [requireAuditDevices, "sys/audit"],
  [disallowRawAudit, "sys/audit"],
])("no right to look is no pass of $finding", async (probe, path) => {
  const { target } = await vault({ [path]: undefined as never });
  await expect((async () => probe.run(target))()).rejects.toThrow("bring the deployer's rights up to date");
});

it.each(probes)("another secret id is no pass of $finding", async (probe) => {
  const { target } = await vault();
  target.secrets["VAULT_DEPLOYER_SECRET_ID"] = "another";
  const { target: other } = await vault();
  await expect((async () => probe.run({ ...target, vaultAddress: other.vaultAddress }))()).rejects.toThrow();
});

it("a root token that lives fails vault-token-disallow-root", async () => {
  const { target } = await vault({ "auth/token/lookup-accessor": { data: { policies: ["root"] } } });
  expect(await disallowRootToken.run(target)).toEqual({
    outcome: "fail",
    observed: "2 of 2 tokens have the policy root",
  });
});

it("tokens that all ended meanwhile are no pass of vault-token-disallow-root", async () => {
  const { target } = await vault({ "auth/token/accessors?list=true": { data: { keys: ["gone"] } } });
  expect(await disallowRootToken.run(target)).toMatchObject({ outcome: "error" });
});

it.each([
  ["one device", { data: { "file/": file } }, undefined],
  ["none", { data: {} }, undefined],
  ["a file that isn't written", compliant["sys/audit"], ["stdout"]],
  ["standard output that isn't written", compliant["sys/audit"], ["/vault/logs/audit.log"]],
])("%s fails vault-audit-require-devices", async (_, audit, writing) => {
  const { target } = await vault({ "sys/audit": audit }, writing);
  expect(await requireAuditDevices.run(target)).toMatchObject({ outcome: "fail" });
});

it("a device that can't be looked into is no pass of vault-audit-require-devices", async () => {
  const socket = { type: "socket", options: { address: "10.0.0.1:9090" } };
  const { target } = await vault({ "sys/audit": { data: { "file/": file, "socket/": socket } } });
  await expect((async () => requireAuditDevices.run(target))()).rejects.toThrow("can't look into socket/");
});

it.each([{ log_raw: "true" }, { hmac_accessor: "false" }])(
  "%j fails vault-audit-disallow-raw",
  async (option) => {
    const raw = { ...file, options: { ...file.options, ...option } };
    const { target } = await vault({ "sys/audit": { data: { "file/": raw, "stdout/": stdout } } });
    expect(await disallowRawAudit.run(target)).toMatchObject({ outcome: "fail" });
  },
);

it.each([
  { bind_secret_id: false },
  { secret_id_bound_cidrs: null },
  { token_bound_cidrs: [] },
  { token_bound_cidrs: ["0.0.0.0/0"] },
])("%j fails vault-role-require-binding", async (change) => {
  const { data } = compliant["auth/approle/role/broker"];
  const { target } = await vault({ "auth/approle/role/broker": { data: { ...data, ...change } } });
  expect(await requireRoleBinding.run(target)).toMatchObject({ outcome: "fail" });
});
