import { isSecretName, wordsOf } from "../../../policies/secret/secretName";

test.each(
  (
    "password DB_PASSWORD dbPassword POSTGRES_PASSWORD_2 OAUTH_JWT_SECRET clientSecret API_KEY apiKey apikey openaiApiKey GITHUB_TOKEN accessToken " +
    "AWS_SECRET_ACCESS_KEY VAULT_UNSEAL_KEY unsealKey ZITADEL_MASTERKEY encryption_key privateKey PGPASSWORD DB_PASS SALT " +
    "aws.credentials signing-key LOGFLARE_PUBLIC_ACCESS_TOKEN SECRET_KEY_BASE clientSecretValue ENCRYPTION_SECONDARY_KEY"
  ).split(" "),
)("%s names a secret", (name) => expect(isSecretName(name)).toBe(true));

test.each(
  (
    "name user PASSWORD_FILE secretName TOKEN_URL tokenTtl passwordPolicy PUBLIC_KEY publicKey KEY keyboard monkey passThrough compass " +
    "SECRET_ID primaryKey tokenPolicies tokenBoundCidrs secretIdNumUses tokenType passwordChangeRequired secretRef AUTH_METHOD S3_ACCESS_KEY_ID image path"
  ).split(" "),
)("%s names no secret", (name) => expect(isSecretName(name)).toBe(false));

test.each([
  "REDIS_AUTH",
  "npmAuth",
  "HTTPSecret",
  "primaryAccessKey",
  "ACCESS_PRIMARY_KEY",
  "API__KEY",
  "TOKEN_2",
  "secretValue",
  "dbpassword",
  "ACCESS_KEYS",
])("%s holds a secret", (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each([
  "apexmcp.exception.container-environment-disallow-secret",
  "OAUTH",
  "basicAuth",
  "existingSecret",
  "imagePullSecrets",
  "publicKey",
  "primaryKey",
  "key",
  "value",
  "",
  "passwordHint",
  "tokenizer",
])("%s holds none", (name) => {
  expect(isSecretName(name)).toBe(false);
});

test.each([
  ["OAUTH_JWT_SECRET", ["oauth", "jwt", "secret"]],
  ["OAUTHJwtSecret", ["oauth", "jwt", "secret"]],
  ["s3Key", ["s3", "key"]],
  ["__a--b.", ["a", "b"]],
  ["", []],
])("%j has the words %j", (name, words) => {
  expect(wordsOf(name)).toEqual(words);
});
