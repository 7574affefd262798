import { placeholderReason } from "../../../policies/secret/placeholder";

/** How authors of examples write a secret that has to be replaced, as published ones show. */
const patterns: ((thing: string) => string)[] = [
  (thing) => `your-${thing}-key`,
  (thing) => `your-super-secret-and-long-${thing}-password`,
  (thing) => `change-this-${thing}-secret-in-production`,
  (thing) => `change_me_${thing}`,
  (thing) => `changeMe${thing}`,
  (thing) => `dev-only-${thing}-token`,
  (thing) => `<${thing} password here>`,
  (thing) => `example-${thing}-secret`,
  (thing) => `insecure_${thing}_default_password`,
  (thing) => `replace-with-random-${thing}-string`,
  (thing) => `test-${thing}-secret-123`,
  (thing) => `${thing}password1`,
  (thing) => `P@ssw0rd-${thing}`,
  (thing) => `${thing}${thing}`,
];
const things = ["app", "api", "jwt", "session", "redis", "minio", "auth", "encryption", "admin", "postgres"];

test("knows a placeholder by its grammar, which no dictionary holds", () => {
  const values = patterns.flatMap((pattern) => things.map(pattern));
  const missed = values.filter((value) => placeholderReason(value) === undefined);
  expect(missed.length / values.length).toBeLessThan(0.05);
});
