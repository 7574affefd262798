import type { Context } from "../../../provider/resource";
import type { ZitadelStandin } from "../../support/zitadelStandin";

/** What was logged through {@link context}. */
export const messages: string[] = [];

const log = (message: string) => void messages.push(message);
export const context: Context = { urn: "urn:test", log: { progress: log, info: log, warn: log } };

/** The inputs by which resources find a stand-in. */
export function addressOf(standin: ZitadelStandin) {
  return {
    address: `https://127.0.0.1:${standin.port}`,
    origin: standin.origin,
    caCertificate: standin.caCertificate,
    deployerKey: standin.deployerKey,
  };
}

/** Where the codes of its logins go. */
export const redirectUri = "http://127.0.0.1/callback";

/** The inputs of an application in a stand-in, for people and one machine. */
export function applicationOf(standin: ZitadelStandin) {
  return {
    ...addressOf(standin),
    project: "apexmcp",
    roles: ["mcp:*", "connectors:read"],
    application: "agents",
    redirectUris: [redirectUri],
    machine: "agent",
    machineRoles: ["mcp:*"],
    people: [standin.adminLogin],
  };
}
