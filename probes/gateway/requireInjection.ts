import { randomBytes } from "node:crypto";

import { fail, pass, probe } from "../probe";
import { containerOf, type Target } from "../target";

/** The default that the article's finding 3 is about; a known value, so no secret. */
const knownDefault = "dev-oauth-jwt-secret-change-in-prod";
/** Milliseconds after which a gateway that runs on counts as started. */
const patience = 12_000;

/**
 * Proves gateway-secret-require-injection: a container of the same image and arguments, without network and
 * without secrets, or with the article's default, ends with an error that names the secret.
 */
export const requireInjection = probe("gateway-secret-require-injection", async (target) => {
  const random = () => randomBytes(32).toString("hex");
  const attempts = {
    "without secrets": {},
    "with a known default": {
      OAUTH_JWT_SECRET: knownDefault,
      VAULT_JWT_SECRET: random(),
      POSTGRES_APP_PASSWORD: random(),
    },
  };
  const started = await Promise.all(
    Object.entries(attempts).map(async ([how, secrets]) =>
      (await refusesToStart(target, secrets)) ? [] : [how],
    ),
  );
  const how = started.flat();
  return how.length > 0
    ? fail(`the gateway starts ${how.join(" and ")}`)
    : pass(`the gateway refuses to start ${Object.keys(attempts).join(" and ")}`);
});

async function refusesToStart(target: Target, secrets: Record<string, string>): Promise<boolean> {
  const { Config } = containerOf(target, "gateway").inspection;
  const [entrypoint, ...args] = [...(Config.Entrypoint ?? []), ...(Config.Cmd ?? [])];
  if (entrypoint === undefined) throw new Error("the gateway's container has no command");
  const name = `${target.name}-probe-${randomBytes(4).toString("hex")}`;
  const environment = [
    ...(Config.Env ?? []),
    ...Object.entries(secrets).map(([key, value]) => `${key}=${value}`),
  ];
  try {
    const { exitCode, stdout, stderr } = await target.docker(
      [
        "run",
        `--name=${name}`,
        "--network=none",
        "--read-only",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        "--memory=256m",
        `--user=${Config.User}`,
        ...environment.map((variable) => `--env=${variable}`),
        `--entrypoint=${entrypoint}`,
        Config.Image,
        ...args,
      ],
      { timeout: patience },
    );
    // 125 to 127 are Docker's own: it couldn't run the gateway at all.
    if (exitCode >= 125 && exitCode <= 127) throw new Error(`docker run: ${stderr.trim().split("\n").pop()}`);
    if (exitCode === 0) return false;
    if (!`${stdout}${stderr}`.includes("OAUTH_JWT_SECRET")) {
      throw new Error(`the gateway ends with ${exitCode}, but for another reason than OAUTH_JWT_SECRET`);
    }
    return true;
  } catch (cause) {
    const { stdout } = await target.docker(["inspect", "--format={{.State.Status}}", name]);
    if (stdout.trim() === "running") return false; // it was given the time to refuse, and didn't
    throw cause;
  } finally {
    await target.docker(["rm", "--force", name]).catch(() => undefined);
  }
}
