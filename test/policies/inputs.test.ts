import { randomBytes } from "node:crypto";

import { readInputs } from "../../policies/inputs";
import { unknown } from "../../policies/unknown";
import { secret, unknownValue } from "./evaluate";

const value = randomBytes(8).toString("hex");
const marksOf = (props: Record<string, unknown>) => [...readInputs(props).secrets].sort();
const encrypted = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const output = { "4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4" };

test("notes the secrets among a resource's inputs, at any depth", () => {
  expect(
    marksOf({
      plain: value,
      password: secret(value),
      list: [value, secret(value)],
      object: { plain: value, inner: { token: secret(value) } },
      whole: secret({ plain: value }),
      output: { ...output, value, secret: true },
      plainOutput: { ...output, value },
    }),
  ).toEqual(["list[1]", "object.inner.token", "output", "password", "whole"]);
});

test("unwraps secrets, and tells what is unknown, marked or not", () => {
  const wire = {
    password: secret({ inner: [value] }),
    unknown: unknownValue as unknown,
    secretUnknown: secret(unknownValue) as unknown,
    none: null,
    count: 3,
    output: { ...output, value },
    unknownOutput: output,
  };
  expect(readInputs(wire).props).toEqual({
    password: { inner: [value] },
    unknown,
    secretUnknown: unknown,
    none: null,
    count: 3,
    output: value,
    unknownOutput: unknown,
  });
});

test("reads a state's secrets: their text where it was shown, unknown where it is encrypted", () => {
  const wire = {
    shown: { ...encrypted, plaintext: JSON.stringify({ token: value }) },
    hidden: { ...encrypted, ciphertext: "v1:abc" },
  };
  expect(readInputs(wire)).toEqual({
    props: { shown: { token: value }, hidden: unknown },
    secrets: new Set(["shown", "hidden"]),
  });
});
