import { accepts, refuses } from "../cases";
import { unknownValue, type TestedResource } from "../evaluate";

const policy = (text: string): TestedResource => ({
  type: "vault:index/policy:Policy",
  props: { name: "broker", policy: text },
});
const path = (name: string, capabilities = '["read"]') =>
  policy(`path "${name}" {\n  capabilities = ${capabilities}\n}\n`);

describe("vault-policy-disallow-wildcard", () => {
  refuses("vault-policy-disallow-wildcard", {
    ...Object.fromEntries(
      ["*", "/*", "+/*", "sys/*", "auth/*", "+/+/*"].map((name) => [name, () => path(name)]),
    ),
    "* in JSON": () => policy(JSON.stringify({ path: { "*": { capabilities: ["read"] } } })),
    "* after another path": () =>
      policy('path "kv/a" { capabilities = ["read"] }\npath "*" { capabilities = ["list"] }'),
  });
});

describe("vault-policy-disallow-sudo", () => {
  refuses("vault-policy-disallow-sudo", {
    sudo: () => path("sys/raw", '["read", "sudo"]'),
    "sudo in JSON": () => policy(JSON.stringify({ path: { "sys/raw": { capabilities: ["sudo"] } } })),
    "the old word for it": () => policy('path "kv/a" {\n  policy = "root"\n}'),
  });
});

accepts({
  "one path": () => path("connectors/data/*"),
  "a denied wildcard": () => path("*", '["deny"]'),
  "a wildcard in a comment": () =>
    policy('# path "*" { capabilities = ["sudo"] }\npath "kv/a" { capabilities = ["read"] }'),
  "a policy unknown until deployed": () => policy(unknownValue),
  "what isn't a policy": () => policy("{"),
});
