import type { AuditLog } from "../audit/auditLog";
import type { AuditWriter } from "../broker/audit";
import { BrokerError, type CredentialClient } from "../broker/client";
import { Problem } from "../problems";
import type { Connector } from "./connectorStore";

/** The headers that a connector's upstream wants, as in `{"authorization": "Bearer …"}`. Never logged or returned. */
export type Credential = Readonly<Record<string, string>>;

type Owner = Pick<Connector, "organisationId" | "id">;

/** Connectors' credentials, which the broker keeps. Whoever asks is recorded before the broker is asked. */
export class Credentials {
  /** @param broker undefined where none is deployed: then nothing can have a credential */
  constructor(private readonly broker: CredentialClient | undefined) {}

  async read(owner: Owner, caller: string): Promise<Credential | undefined> {
    return (await brokerAnswer(this.#broker().read(nameOf(owner), caller)))?.credential;
  }

  /** Replaces the credential, or adds the first one. @throws Problem `changed-meanwhile` for one of two at once */
  async write(owner: Owner, credential: Credential, caller: string): Promise<void> {
    const present = await brokerAnswer(this.#broker().read(nameOf(owner), caller));
    const write = { version: present?.version ?? 0, credential: { ...credential } };
    await brokerAnswer(this.#broker().write(nameOf(owner), write, caller));
  }

  async delete(owner: Owner, caller: string): Promise<void> {
    await brokerAnswer(this.#broker().delete(nameOf(owner), caller));
  }

  async close(): Promise<void> {
    await this.broker?.close();
  }

  #broker(): CredentialClient {
    if (this.broker === undefined)
      throw new Problem(
        "unavailable",
        "no credential broker is deployed: tell the operator to set BROKER_URL",
      );
    return this.broker;
  }
}

/** The gateway's audit log as the broker's client writes to it. */
export function credentialAudit(audit: AuditLog): AuditWriter {
  return {
    write: ({ action, organisation, connector, caller, requestId, outcome, reason }) =>
      audit.record({
        organisationId: organisation,
        actor: caller,
        action,
        connector,
        requestId,
        outcome: outcome === "failed" ? "failed" : "succeeded",
        detail: reason === undefined ? { stage: outcome } : { stage: outcome, reason },
      }),
  };
}

function nameOf({ organisationId, id }: Owner) {
  return { organisation: organisationId, connector: id };
}

async function brokerAnswer<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    if (error.code === "version-conflict")
      throw new Problem("changed-meanwhile", "read it again, then try again");
    const problem = new Problem("unavailable", "the credential broker can't be used now; try again later", {
      "retry-after": String(error.retryAfter ?? 5),
    });
    problem.cause = error;
    throw problem;
  }
}
