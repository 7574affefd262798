import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig, type Config } from "../../../apps/gateway/src/config";
import { secretNames, type SecretName } from "../../../apps/gateway/src/secrets/inventory";

export const strongSecret = () => randomBytes(36).toString("base64url");

export interface Injection {
  environment: Record<string, string>;
  /** The folder that stands in for /run/secrets. */
  secrets: string;
  remove: () => void;
}

/** What a deployment injects: a secrets folder with every secret, a CA file, and the environment to match. */
export function createInjection(
  certificateAuthority = "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
  values: Partial<Record<SecretName, string>> = {},
): Injection {
  const folder = mkdtempSync(join(tmpdir(), "gateway-injection-"));
  const secrets = join(folder, "secrets");
  mkdirSync(secrets);
  for (const name of secretNames) writeFileSync(join(secrets, name), values[name] ?? strongSecret());
  writeFileSync(join(folder, "ca.crt"), certificateAuthority);
  return {
    environment: {
      SECRETS_DIRECTORY: secrets,
      PGHOST: "localhost",
      PGSSLROOTCERT: join(folder, "ca.crt"),
      LOG_LEVEL: "silent",
    },
    secrets,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A configuration that sheds no load, since a busy test machine is late in ways that are not under test, and is gone at once. */
export function patientConfig(environment: Record<string, string>): Config {
  const config = loadConfig(environment);
  return {
    ...config,
    drain: { notice: 0, grace: 0 },
    limits: { ...config.limits, eventLoopDelay: Infinity },
  };
}
