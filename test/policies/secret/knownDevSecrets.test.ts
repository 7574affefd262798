import {
  hashOf,
  isDistinctiveDevSecret,
  isPublishedDevSecret,
} from "../../../policies/secret/knownDevSecrets";

// Published by the article.
const published = "dev-oauth-jwt-secret-change-in-prod";

test.each([published, published.toUpperCase(), ` ${published}\n`])("%j tells on itself anywhere", (value) => {
  expect(isDistinctiveDevSecret(value)).toBe(true);
  expect(isPublishedDevSecret(value)).toBe(true);
});

test.each(["postgres", " Postgres "])("%j is one only where a secret belongs", (value) => {
  expect(isDistinctiveDevSecret(value)).toBe(false);
  expect(isPublishedDevSecret(value)).toBe(true);
});

test("a value that nobody published is none", () => {
  expect(isPublishedDevSecret(`${published}-2`)).toBe(false);
  expect(isPublishedDevSecret("Zk3fJ8qL")).toBe(false);
});

test("a hash says nothing of case or spaces around", () => {
  expect(hashOf(" Abc ")).toBe(hashOf("abc"));
});
