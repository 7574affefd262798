import type { CredentialName } from "./protocol";

export type CredentialAction = "credential.read" | "credential.write" | "credential.delete";

/** One access to a connector's credential, as the gateway's audit log keeps it. Holds no credential. */
export interface CredentialAccess extends CredentialName {
  action: CredentialAction;
  /** Who made the gateway ask: an agent or a user, by its id. */
  caller: string;
  /** Id of the request's token, under which the broker's log and Vault's audit log have the access too. */
  requestId: string;
  outcome: "requested" | "failed";
  /** Of a failure: the broker's problem code, or `broker-unreachable`. */
  reason?: string;
}

/**
 * Writes to an audit log that its writer can't change. `requested` is written before the broker is asked, so that
 * no access goes unrecorded: when writing fails, there is no access.
 */
export interface AuditWriter {
  write: (access: CredentialAccess) => Promise<void>;
}
