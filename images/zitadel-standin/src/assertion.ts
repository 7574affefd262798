import { decodeJwt, importSPKI, jwtVerify } from "jose";

/** Seconds since a token was issued, at most, as in the real server; it has to end, too. */
const oldest = 3600;
/** Seconds that two clocks may differ. */
const tolerance = 1;

/**
 * Whoever signed a token for itself (RFC 7523): the issuer is the subject, the audience the instance's origin.
 *
 * @param keyOf gives the public key (SPKI, PEM) of a subject, by the token's key id where it has one
 * @throws when any of that isn't so
 */
export async function subjectOf(
  token: string,
  origin: string,
  keyOf: (subject: string, keyId: string | undefined) => string,
): Promise<string> {
  const { iss: issuer = "" } = decodeJwt(token);
  await jwtVerify(token, async ({ kid }) => importSPKI(keyOf(issuer, kid), "RS256"), {
    algorithms: ["RS256"],
    issuer,
    subject: issuer,
    audience: origin,
    requiredClaims: ["iss", "sub", "exp"],
    maxTokenAge: oldest,
    clockTolerance: tolerance,
  });
  return issuer;
}
