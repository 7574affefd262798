import { readFileSync, statSync } from "node:fs";

import { readConfigFile, writeConfigFile } from "../../commands/configFile";
import { temporaryState, write } from "./temporaryState";

describe("a stack's config file", () => {
  it("comes back as it was written: the salt, plain values, and encrypted ones", () => {
    const { configFile } = temporaryState();
    const content = {
      encryptionsalt: "v1:abc=:v1:def=",
      config: {
        name: "apexmcp-1",
        port: "8443",
        secret: { secure: "v1:xyz" },
        pem: "-----BEGIN\nabc\n-----END\n",
      },
    };
    writeConfigFile(configFile, content);
    expect(readConfigFile(configFile)).toEqual(content);
    expect(statSync(configFile).mode & 0o777).toBe(0o600);
  });

  it("is written under the project's name, as Pulumi wants it", () => {
    const { configFile } = temporaryState();
    writeConfigFile(configFile, { config: { name: "x" } });
    expect(readFileSync(configFile, "utf8")).toBe("config:\n  apexmcp:name: x\n");
  });

  it("isn't touched when nothing changes", () => {
    const { configFile } = temporaryState();
    writeConfigFile(configFile, { config: { name: "x" } });
    const before = statSync(configFile).ino;
    writeConfigFile(configFile, { config: { name: "x" } });
    expect(statSync(configFile).ino).toBe(before);
  });

  it("takes numbers and switches for the text that Pulumi makes of them", () => {
    const { configFile } = temporaryState();
    write(configFile, "config:\n  apexmcp:port: 8443\n  apexmcp:on: true\n");
    expect(readConfigFile(configFile).config).toEqual({ port: "8443", on: "true" });
  });

  it("is empty where there is none", () => {
    expect(readConfigFile("/nowhere/at/all.yaml")).toEqual({ config: {} });
  });

  it.each([
    ["isn't YAML", "config: [", /Pulumi.dev.yaml: not YAML/],
    ["has a list", "config:\n  apexmcp:name: [a]\n", /apexmcp:name is neither/],
  ])("is refused with its name when it %s", (_, text, message) => {
    const { configFile } = temporaryState();
    write(configFile, text);
    expect(() => readConfigFile(configFile)).toThrow(message);
  });
});
