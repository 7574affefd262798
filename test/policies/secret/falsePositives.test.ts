import { createHash, randomBytes, randomUUID } from "node:crypto";

import { disallowKnownDevValue } from "../../../policies/secret/disallowKnownDevValue";

const generators: Record<string, () => string> = {
  "base64 secrets": () => randomBytes(32).toString("base64"),
  "base64url secrets": () => randomBytes(24).toString("base64url"),
  "short base64 secrets": () => randomBytes(12).toString("base64"),
  "hex secrets": () => randomBytes(16).toString("hex"),
  "alphanumeric secrets": () => randomBytes(30).toString("base64").replace(/\W/g, "").slice(0, 20),
  UUIDs: () => randomUUID(),
  "SHA-1 hashes": () => createHash("sha1").update(randomBytes(16)).digest("hex"),
  "SHA-256 digests": () => `sha256:${randomBytes(32).toString("hex")}`,
  "bcrypt-like hashes": () =>
    `$2b$12$${randomBytes(40).toString("base64").replace(/[+=]/g, ".").slice(0, 53)}`,
  "base64 blobs": () => randomBytes(300).toString("base64"),
};

// 1,000 of each of ten kinds: at most 0.1 % of all may be taken for development values.
test("takes next to no generated value for a development secret, even where a secret belongs", () => {
  const flagged = Object.entries(generators).flatMap(([kind, generate]) =>
    Array.from({ length: 1000 }, generate)
      .filter((password) => {
        const resource = { type: "acme:index:Thing", name: "web", urn: "urn", props: { password } };
        return [...disallowKnownDevValue.check(resource, {} as never)].length > 0;
      })
      .map(() => kind),
  );
  expect(flagged.length).toBeLessThanOrEqual(10);
});
