import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";

import { stackLabel } from "../../commands/docker";
import { repair } from "../../commands/repair";
import { testStackName } from "../support/testStacks";
import { stackImage } from "../support/stackImage";
import { temporaryState } from "./temporaryState";

jest.setTimeout(60_000);

const docker = (...args: string[]) => execFileSync("docker", args, { encoding: "utf8" }).trim();
const stack = testStackName(randomBytes(3).toString("hex"), randomBytes(3).toString("hex"));
const data = `${stack}-data`;
const volumes = () => docker("volume", "ls", "--quiet").split("\n");

afterEach(() => docker("volume", "rm", "--force", data));

it("removes a container that an update left before it was recorded, its secrets too, and keeps its data", async () => {
  docker(
    ...["create", `--name=${stack}-left`, `--label=${stackLabel}=${stack}`],
    ...["--volume=/run/secrets", `--volume=${data}:/data`, stackImage("node"), "true"],
  );
  const mounts = '{{range .Mounts}}{{if eq .Destination "/run/secrets"}}{{.Name}}{{end}}{{end}}';
  const secrets = docker("inspect", `--format=${mounts}`, `${stack}-left`);
  expect(volumes()).toEqual(expect.arrayContaining([secrets, data]));

  const said: string[] = [];
  await repair(temporaryState(), stack, (text) => said.push(text));
  expect(said).toEqual([`Removing container ${stack}-left, which the state doesn't know`]);
  expect(docker("ps", "--all", "--quiet", `--filter=label=${stackLabel}=${stack}`)).toBe("");
  expect(volumes()).not.toContain(secrets);
  expect(volumes()).toContain(data);
});
