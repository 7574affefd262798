import { Problem } from "../problems";
import type { Connector, ConnectorStore } from "./connectorStore";
import type { Credential } from "./credentials";

/** A connector with what its upstream wants to see. */
export interface Target {
  connector: Connector;
  credential: Credential | undefined;
}

const TRIES = 3;

/**
 * An organisation's connector with its credential; undefined when there is none of this name. The two are in different
 * stores, so the connector is looked at again once its credential is read: one that has moved meanwhile is sent the
 * credential for its new address, never for its old one.
 * @throws Problem
 */
export async function withCredential(
  store: Pick<ConnectorStore, "byName">,
  { organisationId, name }: Pick<Connector, "organisationId" | "name">,
  read: (connector: Connector) => Promise<Credential | undefined>,
): Promise<Target | undefined> {
  for (let tries = 0; tries < TRIES; tries++) {
    const connector = await store.byName(organisationId, name);
    if (connector === undefined) return undefined;
    if (!connector.hasCredential) return { connector, credential: undefined };
    const credential = await read(connector);
    const now = await store.byName(organisationId, name);
    if (now?.id === connector.id && now.updatedAt.getTime() === connector.updatedAt.getTime())
      return { connector, credential };
  }
  throw new Problem("changed-meanwhile", "try again once the connector is no longer being changed");
}
