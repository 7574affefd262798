import type { Adapter, AdapterPayload, ClientMetadata } from "oidc-provider";

import type { Instance } from "../instance.ts";
import type { Store } from "../store.ts";

/** oidc-provider's own documents in the store; its clients are the instance's applications and machine users. */
export function adapterFor(instance: Instance, store: Store) {
  return class StoreAdapter implements Adapter {
    private readonly kind: string;

    constructor(kind: string) {
      this.kind = kind;
    }

    upsert(id: string, payload: AdapterPayload, expiresIn?: number): Promise<void> {
      return store.put(this.kind, id, payload, expiresIn);
    }

    find(id: string): Promise<AdapterPayload | undefined> {
      if (this.kind === "Client") return Promise.resolve(clientMetadata(instance, id));
      return store.get<AdapterPayload>(this.kind, id);
    }

    findByUid(uid: string): Promise<AdapterPayload | undefined> {
      return store.getBy<AdapterPayload>(this.kind, "uid", uid);
    }

    findByUserCode(): Promise<undefined> {
      return Promise.resolve(undefined);
    }

    async consume(id: string): Promise<void> {
      const payload = await store.get<AdapterPayload>(this.kind, id);
      const now = Math.floor(Date.now() / 1000);
      // As long as it would have lived, so that its second use is seen.
      if (payload) await store.put(this.kind, id, { ...payload, consumed: now }, payload.exp! - now);
    }

    destroy(id: string): Promise<void> {
      return store.remove(this.kind, id);
    }

    revokeByGrantId(grantId: string): Promise<void> {
      return store.removeBy("grantId", grantId);
    }
  };
}

function clientMetadata({ state }: Instance, id: string): ClientMetadata | undefined {
  const app = state.apps.find(({ clientId }) => clientId === id);
  if (app)
    return {
      client_id: id,
      client_name: app.name,
      application_type: app.native || app.devMode ? "native" : "web",
      redirect_uris: app.redirectUris,
      post_logout_redirect_uris: app.postLogoutRedirectUris,
      response_types: ["code"],
      grant_types: app.grantTypes,
      token_endpoint_auth_method: "none",
    };
  const machine = state.users.find(({ loginName }) => loginName === id);
  if (machine?.type !== "machine" || !machine.secretHash) return undefined;
  return {
    client_id: id,
    client_secret: machine.secretHash,
    redirect_uris: [],
    response_types: [],
    grant_types: ["client_credentials"],
    token_endpoint_auth_method: "client_secret_basic",
  };
}
