import { importJWK, SignJWT } from "jose";
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";

import { subjectOf } from "../assertion.ts";
import { readForm } from "../form.ts";
import type { Instance } from "../instance.ts";
import type { Settings } from "../settings.ts";
import { claimsFor } from "./claims.ts";

const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/**
 * The token endpoint's JWT profile (RFC 7523), which `oidc-provider` lacks: a machine's access token for an assertion
 * that it signed with one of its keys. Requests with another grant go on with their body read.
 */
export function jwtProfile(
  settings: Settings,
  instance: Instance,
  others: (request: IncomingMessage, response: ServerResponse) => unknown,
) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const form = await readForm(request);
    if (form.get("grant_type") !== grantType) {
      others(Object.assign(request, { body: form.toString() }), response);
      return;
    }
    const [status, body] = await grant(form).then(
      (it) => [200, it] as const,
      ({ message }: Error) => [400, { error: "invalid_grant", error_description: message }] as const,
    );
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
    response.end(JSON.stringify(body));
  };

  async function grant(form: URLSearchParams) {
    const id = await subjectOf(form.get("assertion") ?? "", settings.origin, keyOf);
    const requested = (form.get("scope") ?? "").split(" ");
    const seconds = parseInt(instance.state.oidc["accessTokenLifetime"] as string, 10);
    const now = Math.floor(Date.now() / 1000);
    const { kid } = instance.signingKey;
    const token = await new SignJWT(claimsFor(instance, id, id, requested))
      .setProtectedHeader({ alg: "RS256", typ: "JWT", ...(kid && { kid }) })
      .setIssuer(settings.origin)
      .setJti(randomUUID())
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + seconds)
      .sign(await importJWK(instance.signingKey, "RS256"));
    return { access_token: token, token_type: "Bearer", expires_in: seconds };
  }

  /** A key that has ended is none, as for the real server. */
  function keyOf(userId: string, keyId: string | undefined): string {
    const user = instance.state.users.find(({ id }) => id === userId);
    const keys = user?.type === "machine" ? (user.keys ?? []) : [];
    const key = keys.find(({ id, expires }) => id === keyId && Date.parse(expires) > Date.now());
    if (!key) throw new Error("Errors.AuthNKey.NotFound");
    return key.publicKey;
  }
}
