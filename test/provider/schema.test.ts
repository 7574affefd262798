import { z } from "zod";

import type { AnyResource } from "../../provider/resource";
import { resources } from "../../provider/resources";
import { packageSchema, secretProperties } from "../../provider/schema";

interface Schema {
  resources: Record<
    string,
    { inputProperties: Record<string, unknown>; properties: Record<string, unknown> }
  >;
}

test("the schema has every resource, with its secrets marked", () => {
  const schema = JSON.parse(packageSchema("0.1.0", resources)) as Schema;
  expect(Object.keys(schema.resources)).toEqual(Object.keys(resources));
  expect(schema.resources["hardening:vault:Seal"]).toMatchObject({
    inputProperties: { unsealKey: { type: "string", secret: true }, address: { type: "string" } },
    requiredInputs: ["address", "caCertificate"],
    properties: { unsealKey: { secret: true }, sealed: { type: "boolean" } },
  });
});

test("secret properties are those whose type says so", () => {
  const type = z.object({
    key: z.string().optional().meta({ secret: true }),
    tokens: z.array(z.string()).meta({ secret: true }),
    host: z.string(),
  });
  expect([...secretProperties(type)]).toEqual(["key", "tokens"]);
});

test("a type the schema can't say is refused by name", () => {
  const resource = {
    ...resources["hardening:vault:Seal"]!,
    inputs: z.object({ nested: z.object({}) }),
  } as AnyResource;
  expect(() => packageSchema("0.1.0", { "hardening:x:Y": resource })).toThrow(
    "property nested: only strings",
  );
});
