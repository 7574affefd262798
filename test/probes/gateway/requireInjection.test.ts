import type { Docker, DockerAnswer } from "../../../probes/docker";
import { requireInjection } from "../../../probes/gateway/requireInjection";
import { compliantTarget } from "../compliantTarget";

const refusal: DockerAnswer = { exitCode: 1, stdout: "", stderr: "OAUTH_JWT_SECRET is missing" };

/** An engine on which `docker run` answers so; what was run and removed is noted. */
function engine(
  run: (args: readonly string[]) => DockerAnswer | Error,
  log: (readonly string[])[] = [],
  status = "",
): Docker {
  return (args) => {
    log.push(args);
    if (args[0] !== "run") return Promise.resolve({ exitCode: 0, stdout: status, stderr: "" });
    const answer = run(args);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
}

const nameOf = (args: readonly string[]) => args.find((it) => it.startsWith("--name="))?.slice(7);

describe("gateway-secret-require-injection", () => {
  it("passes when the gateway refuses to start, and leaves no container", async () => {
    const log: (readonly string[])[] = [];
    expect(await requireInjection.run(compliantTarget(engine(() => refusal, log)))).toMatchObject({
      outcome: "pass",
    });
    const started = log.filter(([command]) => command === "run").map(nameOf);
    const removed = log.filter(([command]) => command === "rm").map((args) => args[2]);
    expect(started).toHaveLength(2);
    expect(removed.sort()).toEqual(started.sort());
  });

  it("tries it without network and without any of the stack's secrets", async () => {
    const log: (readonly string[])[] = [];
    const target = compliantTarget(engine(() => refusal, log));
    await requireInjection.run(target);
    const runs = log.filter(([command]) => command === "run");
    for (const args of runs) expect(args).toContain("--network=none");
    for (const secret of Object.values(target.secrets)) expect(JSON.stringify(runs)).not.toContain(secret);
  });

  it("fails when the gateway runs on, and removes it", async () => {
    const log: (readonly string[])[] = [];
    const docker = engine(() => new Error("docker run: no answer within 12 s"), log, "running");
    expect(await requireInjection.run(compliantTarget(docker))).toMatchObject({
      outcome: "fail",
      observed: "the gateway starts without secrets and with a known default",
    });
    expect(log.filter(([command]) => command === "rm")).toHaveLength(2);
  });

  it("can't tell when Docker hasn't got it running by then", async () => {
    const docker = engine(() => new Error("docker run: no answer within 12 s"), [], "created");
    await expect((async () => requireInjection.run(compliantTarget(docker)))()).rejects.toThrow("no answer");
  });

  it("fails when only the article's default gets it started", async () => {
    const docker = engine((args) =>
      args.some((it) => it.includes("dev-oauth-jwt-secret")) ? { ...refusal, exitCode: 0 } : refusal,
    );
    expect(await requireInjection.run(compliantTarget(docker))).toMatchObject({
      outcome: "fail",
      observed: "the gateway starts with a known default",
    });
  });

  it.each([
    ["docker can't run the image", { exitCode: 125, stdout: "", stderr: "No such image" }],
    ["the command isn't in the image", { exitCode: 127, stdout: "", stderr: "not found" }],
    ["it ends for another reason", { exitCode: 1, stdout: "", stderr: "cannot find module" }],
  ])("can't tell when %s", async (_, answer) => {
    await expect(
      (async () => requireInjection.run(compliantTarget(engine(() => answer))))(),
    ).rejects.toThrow();
  });
});
