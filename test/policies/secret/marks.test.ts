import { randomBytes } from "node:crypto";

import { secretMarksOf } from "../../../policies/secret/marks";
import { evaluate, secret, unknownValue } from "../evaluate";

const type = "acme:index:Marked";
const marksOf = async (name: string, props: Record<string, unknown>) => {
  await evaluate({ type, name, props });
  return [...(secretMarksOf(`urn:pulumi:test::test::${type}::${name}`) ?? ["not noted"])].sort();
};
const value = randomBytes(8).toString("hex");

// These fail when a new @pulumi/policy hands secrets to remediations in another way.
test("notes the secrets among a resource's inputs, at any depth", async () => {
  expect(
    await marksOf("nested", {
      plain: value,
      password: secret(value),
      list: [value, secret(value)],
      object: { plain: value, inner: { token: secret(value) } },
      whole: secret({ plain: value }),
    }),
  ).toEqual(["list[1]", "object.inner.token", "password", "whole"]);
});

test("notes secrets that are unknown until deployed", async () => {
  expect(await marksOf("unknown", { password: secret(unknownValue), plain: unknownValue })).toEqual([
    "password",
  ]);
});

test("notes that a resource has no secrets", async () => {
  expect(await marksOf("none", { plain: value })).toEqual([]);
});

test("forgets the marks of a resource's earlier inputs", async () => {
  await marksOf("changed", { password: secret(value) });
  expect(await marksOf("changed", { password: value })).toEqual([]);
});

test("knows nothing of a resource it never saw", () => {
  expect(secretMarksOf("urn:pulumi:test::test::acme:index:Marked::never")).toBeUndefined();
});
