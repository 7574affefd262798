import { existsSync, readFileSync, statSync } from "node:fs";

import Table from "cli-table3";

import { readCheckpoint } from "./checkpoint";
import { main } from "./command";
import { CommandError } from "./commandError";
import { readConfigFile } from "./configFile";
import { renewalReason, tlsServers, type TlsServer } from "./devCertificates";
import { docker, stackContainers } from "./docker";
import { checkDisk } from "./preflight";
import type { State } from "./state";
import { imageReference, readImageLock } from "../images/imageLock";
import { toolchainReport } from "../toolchain/versions";

/** One line of the report. */
interface Finding {
  readonly what: string;
  readonly version: string;
  readonly where: string;
  /** What is wrong and what to do about it; nothing when it is fine. */
  readonly fix?: string;
}

void main({
  name: "doctor",
  summary: "lists what is installed, where from, in which version, and what is wrong; changes nothing",
  run: async ({ state }) => {
    const findings = [
      node(),
      ...toolchainReport().map(({ name, version, source, path, ok, fix }) => ({
        what: name,
        version: ok ? `${version} (${source})` : version,
        where: path,
        ...(fix && { fix }),
      })),
      ...(await attempt("Docker", engine)),
      ...(await attempt("images", () => images(state))),
      ...(await attempt("disk", () => Promise.resolve(disk(state)))),
      ...(await attempt("stack", () => stack(state))),
    ];
    const table = new Table({
      head: ["what", "version", "where", ""],
      style: { head: [], border: [], compact: true },
    });
    table.push(
      ...findings.map(({ what, version, where, fix }) => [what, version, where, fix ? "WRONG" : "ok"]),
    );
    console.log(table.toString());
    const wrong = findings.filter(({ fix }) => fix);
    for (const { what, fix } of wrong) console.log(`${what}: ${fix}`);
    console.log(wrong.length === 0 ? "Nothing is wrong." : `${wrong.length} wrong.`);
    return wrong.length === 0 ? 0 : 1;
  },
});

/** A part that can't be looked at is a finding, and doesn't keep the others from being looked at. */
async function attempt(what: string, look: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await look();
  } catch (cause) {
    const fix =
      cause instanceof CommandError ? `${cause.problem}. Fix: ${cause.fix}` : (cause as Error).message;
    return [{ what, version: "", where: "", fix }];
  }
}

function node(): Finding {
  const { "node_modules/node": pinned } = (
    JSON.parse(readFileSync("package-lock.json", "utf8")) as { packages: Record<string, { version: string }> }
  ).packages;
  return {
    what: "Node.js",
    version: process.version,
    where: process.execPath,
    ...(process.version !== `v${pinned?.version}` && {
      fix: `want v${pinned?.version}: npm ci (make up does it)`,
    }),
  };
}

async function engine(): Promise<Finding[]> {
  const version = await docker("version", "--format={{.Server.Version}} (client {{.Client.Version}})");
  const endpoint =
    process.env["DOCKER_HOST"] ?? (await docker("context", "inspect", "--format={{.Endpoints.docker.Host}}"));
  return [{ what: "Docker", version, where: endpoint }];
}

async function images({ imageLockFile }: State): Promise<Finding[]> {
  if (!existsSync(imageLockFile))
    return [{ what: "images", version: "", where: imageLockFile, fix: "not resolved yet: make up" }];
  const { source, images: locked } = readImageLock(imageLockFile);
  return Promise.all(
    Object.entries(locked).map(async ([name, image]) => {
      const reference = imageReference(image);
      const there = await docker("image", "inspect", "--format={{.Id}}", reference).catch(() => undefined);
      const finding = { what: `image ${name}`, version: `${image.tag} (${source})`, where: image.name };
      return there === undefined ? { ...finding, fix: "not on this engine: make up" } : finding;
    }),
  );
}

function disk(state: State): Finding[] {
  checkDisk([existsSync(state.directory) ? state.directory : "."]);
  return [];
}

/** The deployment's files and containers, without a look at any secret. */
async function stack(state: State): Promise<Finding[]> {
  if (!existsSync(state.directory))
    return [{ what: "stack", version: "not deployed", where: state.directory }];
  const { config } = readConfigFile(state.configFile);
  const name = config["name"] as string | undefined;
  const mode = statSync(state.directory).mode & 0o777;
  const { pending, resources } = readCheckpoint(state);
  const text = (key: string) => (typeof config[key] === "string" ? config[key] : undefined);
  const certificates = Object.fromEntries(tlsServers.map((it) => [it, text(`${it}Certificate`)]));
  const renewal =
    name === undefined
      ? undefined
      : renewalReason(
          existsSync(state.caFile) ? readFileSync(state.caFile, "utf8") : undefined,
          certificates as Record<TlsServer, string | undefined>,
          text("edgeAddress") ?? "127.0.0.1",
          hostOf(text("authUrl")),
          hostOf(text("publicUrl")),
        );
  const containers = name === undefined ? [] : await stackContainers(name);
  const running = containers.filter(({ state: it }) => it !== "created");
  const ill = running.filter(({ state: it, health }) => it !== "running" || health !== "healthy");
  const fixes = [
    ...(mode & 0o077 ? [`others can read ${state.directory}: chmod 700 ${state.directory}`] : []),
    ...(name !== undefined && !existsSync(state.passphraseFile)
      ? [`${state.passphraseFile} is missing: put it back`]
      : []),
    ...(pending.length > 0 ? ["an update was interrupted: make up completes it"] : []),
    ...(renewal === undefined ? [] : [`${renewal}: make up renews all certificates`]),
    ...ill.map((it) => `${it.name} is ${it.health || it.state}: make up`),
  ];
  const version =
    name === undefined
      ? "not deployed"
      : `${name}, ${resources.length} resources, ${running.length} containers`;
  return [
    { what: "stack", version, where: state.directory, ...(fixes.length > 0 && { fix: fixes.join("; ") }) },
  ];
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).hostname;
}
