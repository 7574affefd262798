import { specialSecretSig, specialSigKey, unknownValue } from "@pulumi/pulumi/runtime";
import { z } from "zod";

import type { Context, Resource } from "../../provider/resource";
import { Router } from "../../provider/router";

const inputs = z.strictObject({
  host: z.string(),
  password: z.string().min(8, "is shorter than 8").meta({ secret: true }),
  note: z.string().optional(),
});
const outputs = z.object({ ready: z.boolean(), token: z.string().meta({ secret: true }) });

const urn = "urn:pulumi:dev::project::apexmcp:x:Parent$hardening:test:Thing::thing";
const secret = (value: unknown) => ({ [specialSigKey]: specialSecretSig, value });
const sent = { host: "db", password: secret("correct horse") };

function routerOf(overrides: Partial<Resource<typeof inputs, typeof outputs>> = {}): Router {
  const thing: Resource<typeof inputs, typeof outputs> = {
    description: "",
    inputs,
    outputs,
    diff: (_old, _inputs, changed) => Promise.resolve({ changes: changed.length > 0 }),
    create: () => Promise.resolve({ id: "1", outputs: { ready: true, token: "t" } }),
    read: () => Promise.resolve({ ready: false, token: "t" }),
    update: () => Promise.resolve({ ready: true, token: "t" }),
    delete: () => Promise.resolve(),
    ...overrides,
  };
  return new Router({ "hardening:test:Thing": thing }, () => ({
    progress: () => undefined,
    info: () => undefined,
    warn: () => undefined,
  }));
}

describe("a check", () => {
  test("passes valid inputs on with their secret marks", async () => {
    await expect(routerOf().check(urn, {}, sent)).resolves.toEqual({ inputs: sent, failures: [] });
  });

  test("marks a secret property that the program did not", async () => {
    const result = await routerOf().check(urn, {}, { host: "db", password: "correct horse" });
    expect(result.inputs).toEqual(sent);
  });

  test("names the property, but not in the field whose value Pulumi prints when it is secret", async () => {
    const result = await routerOf().check(urn, {}, { host: "db", password: secret("hunter2"), nota: "x" });
    expect(result.failures).toEqual([
      { property: "", reason: "password is shorter than 8" },
      { property: "", reason: 'Unrecognized key: "nota"' },
    ]);
    expect(JSON.stringify(result.failures)).not.toContain("hunter2");
  });

  test("finds nothing wrong with what is not known yet, but still checks the rest", async () => {
    const first = await routerOf().check(urn, {}, { host: "db", password: secret(unknownValue) });
    expect(first).toEqual({ inputs: { host: "db", password: secret(unknownValue) }, failures: [] });
    const second = await routerOf().check(urn, {}, { host: unknownValue, password: secret("short") });
    expect(second.failures).toEqual([{ property: "", reason: "password is shorter than 8" }]);
  });

  test("asks the resource only about known inputs", async () => {
    const check = jest.fn().mockReturnValue([{ property: "note", reason: "no" }]);
    const result = await routerOf({ check }).check(urn, {}, { ...sent, host: unknownValue });
    expect(check).toHaveBeenCalledWith({ password: "correct horse" });
    expect(result.failures).toEqual([{ property: "note", reason: "no" }]);
  });
});

describe("a diff", () => {
  const old = { host: "db", password: secret("correct horse"), ready: true, token: secret("t") };

  test("hands plain values and the names of changed inputs to the resource", async () => {
    const diff = jest
      .fn()
      .mockResolvedValue({ changes: true, replaces: ["host"], deleteBeforeReplace: true });
    const result = await routerOf({ diff }).diff("1", urn, old, { ...sent, host: "other", note: null });
    expect(result).toEqual({ changes: true, replaces: ["host"], deleteBeforeReplace: true });
    const [before, now, changed] = diff.mock.calls[0] as unknown[];
    expect(before).toEqual({ host: "db", password: "correct horse", ready: true, token: "t" });
    expect(now).toEqual({ host: "other", password: "correct horse" });
    expect(changed).toEqual(["host"]);
  });

  test("is a change while an input is unknown, without asking the resource", async () => {
    const diff = jest.fn();
    const result = await routerOf({ diff }).diff("1", urn, old, { ...sent, host: unknownValue });
    expect(result).toEqual({ changes: true });
    expect(diff).not.toHaveBeenCalled();
  });
});

describe("what goes into the state", () => {
  const stored = { host: "db", password: secret("correct horse"), ready: true, token: secret("t") };

  test("has inputs and outputs, secrets marked", async () => {
    await expect(routerOf().create(urn, sent)).resolves.toEqual({ id: "1", outs: stored });
    await expect(routerOf().update("1", urn, stored, sent)).resolves.toEqual({ outs: stored });
  });

  test("keeps a mark that only the program set", async () => {
    const result = await routerOf().create(urn, { ...sent, host: secret("db") });
    expect(result.outs).toMatchObject({ host: secret("db") });
  });

  test("has the live outputs after a refresh, secrets marked", async () => {
    await expect(routerOf().read("1", urn, stored)).resolves.toEqual({
      id: "1",
      props: { ...stored, ready: false },
    });
  });

  test("forgets a resource that is gone", async () => {
    const read = () => Promise.resolve(undefined);
    await expect(routerOf({ read }).read("1", urn, stored)).resolves.toEqual({ id: "" });
  });
});

test("an import is refused, since nothing says what the inputs were", async () => {
  await expect(routerOf().read("1", urn, {})).rejects.toThrow("can't be imported");
});

test("a type the provider doesn't have is named", async () => {
  const other = "urn:pulumi:dev::project::hardening:test:Other::other";
  await expect(routerOf().create(other, {})).rejects.toThrow(
    "hardening:test:Other is no resource of the hardening provider; it has hardening:test:Thing",
  );
});

test("a message to a person has no stack, a bug keeps it", async () => {
  const message = routerOf({ delete: () => Promise.reject(new Error("Vault is gone")) });
  const bug = routerOf({ delete: () => Promise.reject(new TypeError("x of undefined")) });
  await expect(message.delete("1", urn, {})).rejects.toMatchObject({ message: "Vault is gone", stack: "" });
  await expect(bug.delete("1", urn, {})).rejects.toMatchObject({
    stack: expect.stringContaining("router.test") as string,
  });
});

test("a resource learns its own URN", async () => {
  const contexts: Context[] = [];
  await routerOf({
    delete: (_old, context) => {
      contexts.push(context);
      return Promise.resolve();
    },
  }).delete("1", urn, {});
  expect(contexts[0]?.urn).toBe(urn);
});
