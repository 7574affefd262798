import { readFileSync } from "node:fs";
import * as path from "node:path";

import type { Mapping } from "../../toolchain/mapping";
import { plugins } from "../../toolchain/parts";
import { readSdk } from "../../toolchain/sdkTypes";

describe.each(plugins)("$name's mapping.json", ({ name, version }) => {
  const file = path.join(__dirname, `../../toolchain/pulumi-resource-${name}/mapping.json`);
  const mapping = JSON.parse(readFileSync(file, "utf8")) as Mapping;
  const sdk = readSdk(path.dirname(require.resolve(`@pulumi/${name}/package.json`)));

  test("is of the npm package's version", () => {
    expect(mapping.version).toBe(version);
  });

  test("maps each resource and function to one that the npm package has, and no two to the same", () => {
    for (const [mapped, types] of [
      [mapping.resources, sdk.resources],
      [mapping.dataSources, sdk.functions],
    ] as const) {
      const tokens = Object.values(mapped).map((type) => type.token);
      expect(types.map((type) => type.token)).toEqual(expect.arrayContaining(tokens));
      expect(new Set(tokens).size).toBe(tokens.length);
    }
  });

  test("renames fields only to fields that the npm package has", () => {
    const types = new Map([...sdk.resources, ...sdk.functions].map((type) => [type.token, type.fields]));
    for (const type of [...Object.values(mapping.resources), ...Object.values(mapping.dataSources)]) {
      for (const { name: renamed } of Object.values(type.fields ?? {})) {
        if (renamed !== undefined) expect(Object.keys(types.get(type.token) ?? {})).toContain(renamed);
      }
    }
  });
});

test("the SDK reader sees resources, functions, nested objects and lists", () => {
  const docker = readSdk(path.dirname(require.resolve("@pulumi/docker/package.json")));
  const container = docker.resources.find(
    (type) => type.token === "docker:index/container:Container",
  )?.fields;
  expect(container?.["readOnly"]).toEqual({ list: false, fields: undefined });
  expect(container?.["healthcheck"]?.list).toBe(false);
  expect(container?.["healthcheck"]?.fields).toHaveProperty("tests.list", true);
  expect(container?.["volumes"]).toMatchObject({ list: true, fields: { containerPath: { list: false } } });
  expect(docker.functions.map((type) => type.token)).toContain("docker:index/getNetwork:getNetwork");
  expect(docker.config).toHaveProperty("host");
});
