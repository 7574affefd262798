import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "../certificates";

export interface BrokerFiles {
  environment: Record<string, string>;
  /** Stands in for /run/secrets. */
  secrets: string;
  /** Stands in for the broker's volume. */
  state: string;
  /** VAULT_JWT_SECRET. */
  tokenSecret: string;
  /** PEM of the CA that signed the broker's certificate, which is for 127.0.0.1 and localhost. */
  authority: string;
  write: (name: string, content: string) => void;
  remove: (name?: string) => void;
}

/** What a deployment gives a broker: files and environment. Vault's CA is the broker's unless given. */
export async function createBrokerFiles(
  vault: { address: string; caCertificate?: string; roleId?: string; wrappedSecretId?: string } = {
    address: "https://127.0.0.1:1",
  },
): Promise<BrokerFiles> {
  const folder = mkdtempSync(join(tmpdir(), "broker-files-"));
  const [secrets, state] = [join(folder, "secrets"), join(folder, "state")];
  for (const directory of [secrets, state]) mkdirSync(directory);
  const write = (name: string, content: string) =>
    writeFileSync(join(secrets, name), content, { mode: 0o600 });
  const authority = await createAuthority();
  const { certificate, key } = await authority.sign({ dns: ["localhost"], ip: ["127.0.0.1"] });
  const tokenSecret = randomBytes(48).toString("base64");
  write("tls.crt", certificate);
  write("tls.key", key);
  write("VAULT_JWT_SECRET", tokenSecret);
  write("VAULT_ROLE_ID", vault.roleId ?? randomBytes(16).toString("hex"));
  write("VAULT_WRAPPED_SECRET_ID", vault.wrappedSecretId ?? randomBytes(16).toString("hex"));
  writeFileSync(join(folder, "ca.crt"), vault.caCertificate ?? authority.certificate);
  return {
    environment: {
      SECRETS_DIRECTORY: secrets,
      VAULT_ADDR: vault.address,
      VAULT_CACERT: join(folder, "ca.crt"),
      STATE_DIRECTORY: state,
      HOST: "127.0.0.1",
      LOG_LEVEL: "trace",
    },
    secrets,
    state,
    tokenSecret,
    authority: authority.certificate,
    write,
    remove: (name) =>
      rmSync(name === undefined ? folder : join(secrets, name), { recursive: true, force: true }),
  };
}
