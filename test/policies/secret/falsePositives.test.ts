import { disallowKnownDevValue } from "../../../policies/secret/disallowKnownDevValue";
import { generated } from "./generated";

// 1,000 of each of ten kinds: at most 0.1 % of all may be taken for development values.
test("takes next to no generated value for a development secret, even where a secret belongs", () => {
  const flagged = Object.entries(generated).flatMap(([kind, generate]) =>
    Array.from({ length: 1000 }, generate)
      .filter((password) => {
        const resource = { type: "acme:index:Thing", name: "web", urn: "urn", props: { password } };
        return [...disallowKnownDevValue.check(resource, {} as never)].length > 0;
      })
      .map(() => kind),
  );
  expect(flagged.length).toBeLessThanOrEqual(10);
});
