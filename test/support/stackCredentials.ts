import { execFileSync } from "node:child_process";

import type { StoredCredential } from "../../apps/gateway/src/broker/protocol";

const name = { organisation: "acme", connector: "github" };

/** Stores a connector's credential for the first time, through the stack's own gateway image and broker. */
export function writeCredential(gateway: string, credential: Record<string, string>): void {
  withClient(
    gateway,
    `client.write(${JSON.stringify(name)}, ${JSON.stringify({ version: 0, credential })}, "test")`,
  );
}

export function readCredential(gateway: string): StoredCredential {
  return withClient(gateway, `client.read(${JSON.stringify(name)}, "test")`) as StoredCredential;
}

/** Runs an expression in the gateway's container, with its client of the broker; returns what it resolves to. */
function withClient(gateway: string, expression: string): unknown {
  const program = `
    const { readFileSync } = require("node:fs");
    const { CredentialClient } = require("./dist/broker/client.js");
    const client = new CredentialClient({
      address: process.env.BROKER_URL,
      certificateAuthority: readFileSync("/etc/apexmcp/ca.crt", "utf8"),
      secret: readFileSync("/run/secrets/VAULT_JWT_SECRET", "utf8").trim(),
      audit: { write: () => Promise.resolve() },
    });
    ${expression}.then((it) => console.log(JSON.stringify(it))).finally(() => client.close());`;
  return JSON.parse(
    execFileSync("docker", ["exec", gateway, "node", "-e", program], { encoding: "utf8" }),
  ) as unknown;
}
