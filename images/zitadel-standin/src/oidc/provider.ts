import Provider, { interactionPolicy, type KoaContextWithOIDC } from "oidc-provider";

import type { Instance } from "../instance.ts";
import { matches } from "../passwords.ts";
import type { Settings } from "../settings.ts";
import type { Store } from "../store.ts";
import { adapterFor } from "./adapter.ts";
import { claimsFor } from "./claims.ts";

/** What every access token is for, since Zitadel knows no resource indicators: its audience is set below. */
const resource = "urn:apexmcp:zitadel-standin";
const scopes = ["openid", "profile", "email", "offline_access"];

/**
 * OpenID Connect with Zitadel's paths, claims and lifetimes: code with PKCE and refresh tokens for people, client
 * credentials for machines.
 */
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
    rotateRefreshToken: true,
    interactions: { policy: loginOnly(), url: (_ctx, { uid }) => `/ui/login/login?authRequestID=${uid}` },
    ttl: {
      AccessToken: () => lifetime("accessTokenLifetime"),
      ClientCredentials: () => lifetime("accessTokenLifetime"),
      IdToken: () => lifetime("idTokenLifetime"),
      AuthorizationCode: 60,
      Interaction: 600,
      Session: 86_400,
      Grant: () => lifetime("refreshTokenExpiration"),
      // Each use gives another one, until the first has lived as long as any may.
      RefreshToken: (_ctx, { iiat = Math.floor(Date.now() / 1000) }) =>
        Math.min(
          lifetime("refreshTokenIdleExpiration"),
          iiat + lifetime("refreshTokenExpiration") - Math.floor(Date.now() / 1000),
        ),
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
  // Zitadel gives refresh tokens to whom asks for them; `oidc-provider` to whom asks for consent, too.
  provider.use((ctx, next) => {
    const { scope, prompt } = ctx.query;
    if (scope?.includes("offline_access") && prompt !== "none")
      ctx.query = { ...ctx.query, prompt: [prompt ?? [], "consent"].flat().join(" ") };
    return next();
  });
  // A machine's secret is kept as a hash.
  provider.Client.prototype.compareClientSecret = function (secret: string) {
    return matches(secret, this.clientSecret!);
  };
  provider.on("server_error", (_ctx, error) => console.error(`oidc: ${error.stack}`));
  return provider;
}

/** Zitadel asks nobody's consent for the applications of its own projects; the login page gives it, where asked. */
function loginOnly() {
  const policy = interactionPolicy.base();
  policy.get("consent")!.checks.clear();
  return policy;
}

/** The scopes a token was asked for with, also those that only Zitadel knows. */
function requestedScopes(ctx: KoaContextWithOIDC): string[] {
  const { AuthorizationCode: code, RefreshToken: refresh } = ctx.oidc.entities;
  const asked = code?.scope ?? refresh?.scope ?? ctx.oidc.params?.["scope"] ?? "";
  return (asked as string).split(" ");
}
