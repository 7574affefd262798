import { exceptionLabelPrefix } from "../exemptions";

/** Words that, at the end of a name, say that the value is a secret. */
const secretWords = new Set(
  (
    "password passwords passwd passphrase pass pwd pw secret secrets token tokens credential credentials salt pepper " +
    "apikey masterkey privatekey secretkey accesskey unsealkey"
  ).split(" "),
);
/** Words that make a secret of a following `key`. */
const keyWords = new Set(
  (
    "api private secret access encryption decryption signing signature master unseal crypto jwt hmac session cookie auth " +
    "service account role license ssh tls ssl shared"
  ).split(" "),
);
/** Words that may follow and say nothing else: POSTGRES_PASSWORD_2, SECRET_KEY_BASE, clientSecretValue. */
const trailing =
  /^(\d+|value|base|base64|b64|string|text|plain|plaintext|data|old|new|current|previous|default)$/;

/** Words before `secret` that make it the name of one that is kept elsewhere: `existingSecret`, `imagePullSecrets`. */
const naming = /^(existing|pull|external)$/;

/** A name's words, in lower case: `OAUTH_JWT_SECRET`, `clientSecret`, `api-key`. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]/)
    .filter(Boolean);
}

/**
 * Whether an input, environment variable or setting of this name holds a secret. What only says something about one
 * ends otherwise: `PASSWORD_FILE`, `tokenTtl`, `secretName`, `tokenPolicies`.
 */
export function isSecretName(name: string): boolean {
  if (name.startsWith(exceptionLabelPrefix)) return false; // a finding's id may end with "secret"
  const words = wordsOf(name);
  while (words.length > 1 && trailing.test(words.at(-1)!)) words.pop();
  const last = words.at(-1);
  if (last === undefined || naming.test(words.at(-2) ?? "")) return false;
  if (last === "key" || last === "keys") {
    const kind = words.slice(0, -1).filter((word) => word !== "primary" && word !== "secondary");
    return keyWords.has(kind.at(-1) ?? "");
  }
  if (last === "auth") return words.at(-2) === "redis" || words.at(-2) === "npm"; // REDIS_AUTH
  return secretWords.has(last) || /(password|secret|passwd|token)$/.test(last);
}
