import type { Environment } from "../secrets/load";
import type { OidcSettings } from "./oidcTokens";

const isHttps = (text: string) => URL.parse(text)?.protocol === "https:" && !/[?#@\s]/.test(text);

/**
 * The identity provider whose tokens are accepted beside our own: `OIDC_ISSUER`, `OIDC_AUDIENCE` and `OIDC_JWKS_URL`,
 * by default where Zitadel has its keys. Undefined when no issuer is set. Adds a line to `problems` for each that is
 * wrong.
 */
export function loadOidcSettings(
  environment: Environment,
  problems: string[],
): Omit<OidcSettings, "certificateAuthority"> | undefined {
  const { OIDC_ISSUER: issuer = "", OIDC_AUDIENCE: audience = "", OIDC_JWKS_URL } = environment;
  const jwksUrl = OIDC_JWKS_URL || `${issuer}/oauth/v2/keys`;
  if (issuer === "" && audience === "" && !OIDC_JWKS_URL) return undefined;
  if (!isHttps(issuer) || issuer.endsWith("/"))
    problems.push("OIDC_ISSUER must be the issuer's https URL as its tokens name it; no slash at its end");
  if (!/^[\x21-\x7e]+$/.test(audience))
    problems.push("OIDC_AUDIENCE must be the id of the project at the identity provider that tokens are for");
  if (OIDC_JWKS_URL && !isHttps(OIDC_JWKS_URL))
    problems.push("OIDC_JWKS_URL must be the https URL of the identity provider's keys");
  return { issuer, audience, jwksUrl };
}
