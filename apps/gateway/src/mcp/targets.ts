import type { Grant } from "../auth/grant";
import { Problem } from "../problems";
import type { Connector, ConnectorStore } from "../connectors/connectorStore";
import type { Credential, Credentials } from "../connectors/credentials";
import { withCredential, type Target } from "../connectors/withCredential";

interface Known {
  target: Promise<Target | undefined>;
  /** Milliseconds since the process's start. */
  until: number;
}

/** Milliseconds within which a change of a connector is known to every replica. */
const CONNECTOR_LIFETIME = 5000;
/** Milliseconds after which a credential is asked for again although its connector has not changed. */
const CREDENTIAL_LIFETIME = 60_000;
const MAXIMUM = 10_000;

/**
 * The connectors that agents call, with their credentials, so that a call costs neither the database nor the broker a
 * request. What changes a connector here is to `forget` it; other replicas learn of it within 5 s.
 */
export class Targets {
  readonly #known = new Map<string, Known>();
  readonly #credentials = new Map<string, { version: number; credential: Credential; until: number }>();

  constructor(
    private readonly store: Pick<ConnectorStore, "byName">,
    private readonly credentials: Pick<Credentials, "read">,
    /** Milliseconds since the process's start. */
    private readonly clock: () => number = () => performance.now(),
  ) {}

  /** Undefined when the agent's organisation has no such connector. @throws Problem */
  find({ organisationId, actor }: Grant, name: string): Promise<Target | undefined> {
    const key = keyOf(organisationId, name);
    const known = this.#known.get(key);
    if (known !== undefined && known.until > this.clock()) return known.target;
    const target = this.#ask(organisationId, name, actor);
    remember(this.#known, key, { target, until: this.clock() + CONNECTOR_LIFETIME });
    // Whoever asks next, asks anew.
    target.catch(() => this.#forgetPromise(key, target));
    return target;
  }

  /** To be called when a connector has been changed or deleted. */
  forget({ organisationId, name, id }: Pick<Connector, "organisationId" | "name" | "id">): void {
    this.#known.delete(keyOf(organisationId, name));
    this.#credentials.delete(id);
  }

  #ask(organisationId: string, name: string, caller: string): Promise<Target | undefined> {
    return withCredential(this.store, { organisationId, name }, (connector) =>
      this.#credential(connector, caller),
    );
  }

  async #credential(connector: Connector, caller: string): Promise<Credential> {
    const { id } = connector;
    const version = connector.updatedAt.getTime();
    const known = this.#credentials.get(id);
    if (known?.version === version && known.until > this.clock()) return known.credential;
    const credential = await this.credentials.read(connector, caller);
    if (credential === undefined)
      throw new Problem("unavailable", "the connector's credential is gone; give it again with PATCH");
    remember(this.#credentials, id, { version, credential, until: this.clock() + CREDENTIAL_LIFETIME });
    return credential;
  }

  #forgetPromise(key: string, target: Promise<unknown>): void {
    if (this.#known.get(key)?.target === target) this.#known.delete(key);
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MAXIMUM) map.delete(map.keys().next().value!);
}

function keyOf(organisationId: string, name: string): string {
  return `${organisationId}/${name}`;
}
