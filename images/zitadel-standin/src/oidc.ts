import Provider, {
  interactionPolicy,
  type Adapter,
  type AdapterPayload,
  type ClientMetadata,
  type KoaContextWithOIDC,
} from "oidc-provider";

import type { Instance } from "./instance.ts";
import { matches } from "./passwords.ts";
import type { Settings } from "./settings.ts";
import type { Store } from "./store.ts";

/** What every access token is for, since Zitadel knows no resource indicators: its audience is set below. */
const resource = "urn:apexmcp:zitadel-standin";
const scopes = ["openid", "profile", "email"];

/** OpenID Connect with Zitadel's paths, claims and lifetimes: code with PKCE for people, client credentials for machines. */
export function openIdProvider(settings: Settings, instance: Instance, store: Store): Provider {
  const lifetime = (key: string) => parseInt(instance.state.oidc[key] as string, 10);
  const provider = new Provider(settings.origin, {
    adapter: adapterFor(instance, store),
    jwks: { keys: [instance.signingKey] },
    cookies: { keys: [instance.cookieKey] },
    scopes,
    claims: {
      openid: ["sub"],
      profile: ["name", "given_name", "family_name", "preferred_username"],
      email: ["email", "email_verified"],
    },
    responseTypes: ["code"],
    clientAuthMethods: ["none", "client_secret_basic", "client_secret_post"],
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: false },
      revocation: { enabled: false },
      userinfo: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: scopes.join(" "),
          audience: resource,
          accessTokenFormat: "jwt",
          accessTokenTTL: lifetime("accessTokenLifetime"),
        }),
      },
    },
    formats: {
      customizers: {
        jwt: (ctx, token, jwt) => {
          const requested = requestedScopes(ctx);
          jwt.header = { typ: "JWT" };
          const { client_id, iat, ...claims } = jwt.payload as Record<string, unknown>;
          delete claims["scope"];
          const user =
            token.kind === "ClientCredentials"
              ? instance.state.users.find(({ loginName }) => loginName === client_id)
              : undefined;
          const subject = user?.id ?? String(claims["sub"]);
          jwt.payload = {
            ...claims,
            ...claimsFor(instance, String(client_id), subject, requested),
            client_id,
            iat,
            nbf: iat,
          };
        },
      },
    },
    routes: {
      authorization: "/oauth/v2/authorize",
      token: "/oauth/v2/token",
      jwks: "/oauth/v2/keys",
      userinfo: "/oidc/v1/userinfo",
      end_session: "/oidc/v1/end_session",
    },
    interactions: { policy: loginOnly(), url: (_ctx, { uid }) => `/ui/login/login?authRequestID=${uid}` },
    ttl: {
      AccessToken: () => lifetime("accessTokenLifetime"),
      ClientCredentials: () => lifetime("accessTokenLifetime"),
      IdToken: () => lifetime("idTokenLifetime"),
      AuthorizationCode: 60,
      Interaction: 600,
      Session: 86_400,
      Grant: 86_400,
    },
    findAccount: (_ctx, id) => {
      const user = instance.state.users.find((it) => it.id === id);
      if (user?.type !== "human" || user.locked) return undefined;
      return {
        accountId: id,
        claims: () => ({
          sub: id,
          name: `${user.givenName} ${user.familyName}`,
          given_name: user.givenName,
          family_name: user.familyName,
          preferred_username: user.loginName,
          email: user.email,
          email_verified: true,
        }),
      };
    },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client!.clientId,
        accountId: ctx.oidc.session!.accountId!,
      });
      const scope = (ctx.oidc.params?.["scope"] ?? "") as string;
      grant.addOIDCScope(scope);
      grant.addResourceScope(resource, scope);
      await grant.save();
      return grant;
    },
    renderError: (ctx, out) => {
      ctx.type = "json";
      ctx.body = out;
    },
  });
  // A machine's secret is kept as a hash.
  provider.Client.prototype.compareClientSecret = function (secret: string) {
    return matches(secret, this.clientSecret!);
  };
  provider.on("server_error", (_ctx, error) => console.error(`oidc: ${error.stack}`));
  return provider;
}

/** Zitadel asks nobody's consent for the applications of its own projects. */
function loginOnly() {
  const policy = interactionPolicy.base();
  policy.remove("consent");
  return policy;
}

/** The scopes a token was asked for with, also those that only Zitadel knows. */
function requestedScopes(ctx: KoaContextWithOIDC): string[] {
  const asked = ctx.oidc.entities.AuthorizationCode?.scope ?? ctx.oidc.params?.["scope"] ?? "";
  return (asked as string).split(" ");
}

/** Audience, subject and roles of an access token, as Zitadel sets them. */
function claimsFor(instance: Instance, clientId: string, subject: string, requested: string[]) {
  const { apps } = instance.state;
  const app = apps.find((it) => it.clientId === clientId);
  const named = requested.flatMap(
    (scope) => /^urn:zitadel:iam:org:project:id:(\w+):aud$/.exec(scope)?.[1] ?? [],
  );
  const own = app
    ? [...apps.filter((it) => it.projectId === app.projectId).map((it) => it.clientId), app.projectId]
    : [];
  const audience = [...new Set([...own, ...named])];

  const wanted = (app?.roleAssertion ?? false) || requested.includes("urn:zitadel:iam:org:projects:roles");
  const projects = instance.state.projects.filter(
    ({ id, roleAssertion }) => audience.includes(id) && (wanted || roleAssertion),
  );
  const roles = projects.flatMap(({ id }) => {
    const granted = instance
      .rolesOf(subject, id)
      .map((key) => [key, { [instance.state.orgId]: instance.state.orgName }]);
    return granted.length > 0
      ? [[`urn:zitadel:iam:org:project:${id}:roles`, Object.fromEntries(granted)]]
      : [];
  });
  const owner = requested.includes("urn:zitadel:iam:user:resourceowner") ? resourceOwner(instance) : {};
  return {
    sub: subject,
    aud: audience.length > 0 ? audience : [clientId],
    ...owner,
    ...(Object.fromEntries(roles) as Record<string, object>),
  };
}

function resourceOwner({ state }: Instance) {
  const claim = "urn:zitadel:iam:user:resourceowner";
  return { [`${claim}:id`]: state.orgId, [`${claim}:name`]: state.orgName };
}

/** oidc-provider's own documents in the store; its clients are the instance's applications and machine users. */
function adapterFor(instance: Instance, store: Store) {
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
      if (payload)
        await store.put(this.kind, id, { ...payload, consumed: Math.floor(Date.now() / 1000) }, 60);
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
      grant_types: ["authorization_code"],
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
