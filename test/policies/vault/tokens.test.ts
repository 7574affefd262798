import { randomBytes } from "node:crypto";

import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { evaluate, secret, unknownValue, type TestedResource } from "../evaluate";

const addresses = { secretIdBoundCidrs: ["10.0.2.0/24"], tokenBoundCidrs: ["10.0.2.0/24"] };
const role = (props: object = {}): TestedResource => ({
  type: "vault:appRole/authBackendRole:AuthBackendRole",
  props: { roleName: "broker", tokenPolicies: ["broker"], tokenMaxTtl: 3600, ...addresses, ...props },
});
const token = (props: object = {}): TestedResource => ({
  type: "vault:index/token:Token",
  props: { policies: ["broker"], explicitMaxTtl: "1h", ...props },
});

describe("vault-token-disallow-root", () => {
  refuses("vault-token-disallow-root", {
    "a root token": () => token({ policies: ["root"] }),
    "a token that inherits its creator's policies": () => token({ policies: undefined }),
    "policies unknown until deployed": () => token({ policies: unknownValue }),
    "a role with root": () => role({ tokenPolicies: ["broker", "root"] }),
  });
});

describe("vault-token-limit-ttl", () => {
  refuses("vault-token-limit-ttl", {
    "no life given": () => role({ tokenMaxTtl: undefined }),
    "a life of 0, which is the server's default": () => role({ tokenMaxTtl: 0 }),
    "a life of 32 days": () => role({ tokenMaxTtl: 2764800 }),
    "a life just above a day": () => role({ tokenMaxTtl: 86401 }),
    "a life unknown until deployed": () => role({ tokenMaxTtl: unknownValue }),
    "a life that isn't a duration": () => token({ explicitMaxTtl: "long" }),
    "a period": () => role({ tokenPeriod: 3600 }),
    "a token's period": () => token({ period: "1h" }),
    "a token of two days": () => token({ explicitMaxTtl: "1d24h1s" }),
    ...Object.fromEntries(
      [
        "vault:kubernetes/authBackendRole:AuthBackendRole",
        "vault:index/certAuthBackendRole:CertAuthBackendRole",
        "vault:ldap/authBackend:AuthBackend",
        "vault:github/authBackend:AuthBackend",
      ].map((type) => [
        `a role of another auth method, ${type}`,
        () => ({ ...role({ tokenMaxTtl: undefined }), type }),
      ]),
    ),
  });
});

const mount = (props: object = {}): TestedResource => ({
  type: "vault:index/mount:Mount",
  props: { path: "secret", type: "kv-v2", ...props },
});
const listener = 'listener "tcp" { address = "0.0.0.0:8200" }\nstorage "file" { path = "/vault/file" }\n';
const server = (settings: string) =>
  container((props) => (props.uploads = [{ file: "/vault/config/vault.hcl", content: listener + settings }]));

describe("vault-lease-limit-ttl", () => {
  const finding = "vault-lease-limit-ttl";
  test.each([
    ["a mount's longest lease", () => mount({ maxLeaseTtlSeconds: 2764801 })],
    ["a mount's usual lease", () => mount({ defaultLeaseTtlSeconds: 31536000 })],
    ["a mount's lease that is no duration", () => mount({ maxLeaseTtlSeconds: "for ever" })],
    ["a server's longest lease", () => server('max_lease_ttl = "87600h"')],
    ["a server's usual lease, in days", () => server('default_lease_ttl = "33d"')],
  ])("refuses %s", async (_what, resource) => {
    const { findings, messages } = await evaluate(resource());
    expect(findings).toContain(finding);
    expect(messages.join()).toMatch(/(Ttl|_ttl).*at most 2764800 s/);
  });
  test.each([
    ["a mount of a day", () => mount({ maxLeaseTtlSeconds: 86400 })],
    ["a mount that says nothing", () => mount()],
    ["a lease unknown until deployed", () => mount({ maxLeaseTtlSeconds: unknownValue })],
    ["a server of 768 hours", () => server('max_lease_ttl = "768h"')],
  ])("accepts %s", async (_what, resource) => {
    expect((await evaluate(resource())).findings).not.toContain(finding);
  });
});

describe("vault-role-require-binding", () => {
  refuses("vault-role-require-binding", {
    "no secret id": () => role({ bindSecretId: false }),
    "a secret id maybe, unknown until deployed": () => role({ bindSecretId: unknownValue }),
    "secret ids good from anywhere": () => role({ secretIdBoundCidrs: undefined }),
    "tokens good from anywhere": () => role({ tokenBoundCidrs: [] }),
    "every address there is": () => role({ tokenBoundCidrs: ["0.0.0.0/0"] }),
    "every IPv6 address": () => role({ secretIdBoundCidrs: ["10.0.2.0/24", "::/0"] }),
  });
});

const provider = (props: object): TestedResource => ({ type: "pulumi:providers:vault", props: { ...props } });
const upload = (content: string) =>
  container((props) => (props.uploads = [{ file: "/etc/x.conf", content }]));
const fixed = randomBytes(24).toString("base64url");

describe("vault-token-disallow-static", () => {
  refuses("vault-token-disallow-static", {
    "nginx setting the article's header": () => upload(`proxy_set_header X-Vault-Secret "${fixed}";`),
    "a header in YAML": () => upload(`headers:\n  X-Vault-Token: ${fixed}\n`),
    "a header in JSON": () => upload(JSON.stringify({ headers: { "x-vault-token": fixed } })),
    "a header in a secret file": () => upload(secret(`X-Vault-Secret: ${fixed}`)),
    "a header in a command": () =>
      container((props) => (props.command = ["curl", "-H", `X-Vault-Token: ${fixed}`, "https://vault:8200"])),
    "the provider's token": () => provider({ address: "https://vault:8200", token: secret(fixed) }),
    "the provider's token, unknown until deployed": () =>
      provider({ address: "https://vault:8200", token: unknownValue }),
    "a header of the provider": () =>
      provider({ address: "https://vault:8200", headers: [{ name: "X-Vault-Token", value: secret(fixed) }] }),
  });

  test("doesn't show the token", async () => {
    const { messages } = await evaluate(upload(`X-Vault-Token: ${fixed}`));
    expect(messages).toHaveLength(1);
    expect(messages.join()).not.toContain(fixed);
  });
});

accepts({
  "a header set from a variable": () => upload("proxy_set_header X-Vault-Token $vault_token;"),
  "a header that is only named": () => upload("# takes requests with X-Vault-Token from nobody"),
  "a provider that logs in": () =>
    provider({ address: "https://vault:8200", authLogin: { path: "auth/deployer/login" } }),
  "a role whose network isn't made yet": () =>
    role({ secretIdBoundCidrs: [unknownValue], tokenBoundCidrs: unknownValue }),
  "a role of an hour": () => role(),
  "a role of a day": () => role({ tokenMaxTtl: 86400 }),
  "a role of JWTs": () => ({ ...role(), type: "vault:jwt/authBackendRole:AuthBackendRole" }),
  "a role without policies of its own": () => role({ tokenPolicies: undefined }),
  "a token of an hour and a half": () => token({ explicitMaxTtl: "1h30m" }),
  "a token by its first life": () => token({ explicitMaxTtl: undefined, ttl: "60s" }),
  "no period": () => role({ tokenPeriod: 0 }),
});
