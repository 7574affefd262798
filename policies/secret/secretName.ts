/** Words that say, anywhere in a name, that the value is a secret. */
const secretWords = new Set(
  "password passwd passphrase secret secrets token tokens apikey credential credentials masterkey privatekey secretkey accesskey unsealkey".split(
    " ",
  ),
);
/** Words that say so at a name's end only: not in passThrough. */
const finalSecretWords = new Set("pass pwd pw salt".split(" "));
/** Words that make a secret of a following `key`. */
const keyWords = new Set(
  "api private secret access encryption decryption signing signature master unseal crypto jwt hmac session cookie auth service account role license ssh tls ssl shared primary".split(
    " ",
  ),
);
/** Last words of a name that says something about a secret, such as where it lies or how long it lives. */
const aboutWords = new Set(
  (
    "file path dir directory url uri endpoint host name names id ids arn type kind ttl timeout expiry expires expiration lifetime age length size " +
    "min max count limit policy enabled required disabled algorithm alg version format header issuer audience mount role ref reference store " +
    "backend provider method mode hash digest fingerprint manager bucket wo"
  ).split(" "),
);

/** A name's words, in lower case: `OAUTH_JWT_SECRET`, `clientSecret`, `api-key`. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean);
}

/** Whether an input, environment variable or setting of this name holds a secret. */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  while (words.length > 1 && /^\d+$/.test(words.at(-1)!)) words.pop();
  const last = words.at(-1);
  if (last === undefined || aboutWords.has(last)) return false;
  if (finalSecretWords.has(last) || words.some((word) => secretWords.has(word))) return true;
  if (/(password|secret|passwd|token)$/.test(last)) return true;
  return words.some(
    (word, index) => (word === "key" || word === "keys") && keyWords.has(words[index - 1] ?? ""),
  );
}
