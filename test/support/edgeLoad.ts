import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

import { imageReference, readImageLock } from "../../images/imageLock";
import type { State } from "../../commands/state";

/** What clients got while the load went on. */
export interface LoadReport {
  readonly requests: number;
  /** Requests without an answer, or with one of 500 and above; by what went wrong. */
  readonly failed: Readonly<Record<string, number>>;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly slowestMs: number;
  /** What nginx says went wrong. */
  readonly edgeErrors: readonly string[];
}

/** Each with an address of its own, since the edge gives one client 100 requests a second. */
const clients = 4;
const perClient = 50;
/** One request in so many writes: what nginx must never send twice. The others read. */
const writeEvery = 4;

const docker = (...args: string[]) => execFileSync("docker", args, { encoding: "utf8" }).trim();

/** Runs in a container: sends at a fixed rate, whatever comes back, until it is told to stop; then prints a report. */
const client = `
const https = require("node:https");
const agent = new https.Agent({ keepAlive: true, maxSockets: 50, ca: process.env.CA, servername: "localhost" });
const report = { requests: 0, failed: {}, statuses: {}, slowestMs: 0 };
let open = 0, stopping = false;
const count = (record, key) => (record[key] = (record[key] ?? 0) + 1);
const send = (method, path) => {
  const start = Date.now();
  const headers = method === "POST" ? { "content-type": "application/json" } : {};
  open++;
  const done = (bad) => {
    open--;
    if (bad) count(report.failed, bad);
    report.slowestMs = Math.max(report.slowestMs, Date.now() - start);
    if (stopping && open === 0) end();
  };
  const request = https.request({ host: process.env.EDGE, port: 8443, method, path, headers, agent, timeout: 30000 }, (response) => {
    count(report.statuses, response.statusCode);
    response.resume().on("end", () => done(response.statusCode >= 500 && "status " + response.statusCode));
  });
  request.on("timeout", () => request.destroy(new Error("timeout")));
  request.on("error", (error) => done(error.code ?? error.message));
  request.end(method === "POST" ? "{}" : undefined);
};
const end = () => { console.log(JSON.stringify(report)); process.exit(0); };
const began = Date.now();
const timer = setInterval(() => {
  for (const due = (Date.now() - began) * ${perClient} / 1000; report.requests < due; ) {
    report.requests++;
    report.requests % ${writeEvery} === 0 ? send("POST", "/mcp/none") : send("GET", "/healthz");
  }
}, 10);
setTimeout(() => process.kill(process.pid, "SIGTERM"), 900000);
process.on("SIGTERM", () => { stopping = true; clearInterval(timer); if (open === 0) end(); });
`;

/** 200 requests a second through the edge of a stack, from four clients on its published network. */
export class EdgeLoad implements AsyncDisposable {
  private constructor(
    private readonly stack: string,
    private readonly names: readonly string[],
  ) {}

  static start(stack: string, state: State): EdgeLoad {
    const image = imageReference(readImageLock(state.imageLockFile).images.node);
    const names = Array.from({ length: clients }, (_, index) => `${stack}-load-${index}`);
    for (const name of names) {
      docker(
        ...["run", "--detach", "--name", name, `--network=${stack}-front`, "--memory=512m", "--cap-drop=ALL"],
        ...["--env", `EDGE=${stack}-edge`, "--env", `CA=${readFileSync(state.caFile, "utf8")}`],
        ...[image, "node", "-e", client],
      );
    }
    return new EdgeLoad(stack, names);
  }

  /** Ends the load, and adds up what the clients got. */
  stop(): LoadReport {
    for (const name of this.names) docker("kill", "--signal=TERM", name);
    const reports = this.names.map((name) => {
      docker("wait", name);
      return JSON.parse(docker("logs", name).split("\n").at(-1)!) as Omit<LoadReport, "edgeErrors">;
    });
    const sum = (records: Readonly<Record<string, number>>[]) => {
      const all: Record<string, number> = {};
      for (const [key, value] of records.flatMap((it) => Object.entries(it)))
        all[key] = (all[key] ?? 0) + value;
      return all;
    };
    return {
      requests: reports.reduce((total, it) => total + it.requests, 0),
      failed: sum(reports.map((it) => it.failed)),
      statuses: sum(reports.map((it) => it.statuses)),
      slowestMs: Math.max(...reports.map((it) => it.slowestMs)),
      edgeErrors: this.edgeErrors(),
    };
  }

  private edgeErrors(): string[] {
    const { stderr } = spawnSync("docker", ["logs", `${this.stack}-edge`], {
      encoding: "utf8",
      maxBuffer: 1e8,
    });
    return stderr.split("\n").filter((line) => line.includes("[error]"));
  }

  [Symbol.asyncDispose](): Promise<void> {
    docker("rm", "--force", ...this.names);
    return Promise.resolve();
  }
}
