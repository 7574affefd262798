import { randomBytes } from "node:crypto";

import { RealPostgres } from "./realPostgres";
import { ZitadelStandin } from "./zitadelStandin";

/** The stand-in on a real PostgreSQL, in which it has the role and the database that the stack gives it. */
export class ZitadelOnPostgres implements AsyncDisposable {
  private constructor(
    readonly postgres: RealPostgres,
    readonly standin: ZitadelStandin,
  ) {}

  static async start(environment: Record<string, string> = {}): Promise<ZitadelOnPostgres> {
    const postgres = await RealPostgres.start({ migrated: false });
    try {
      const database = await addDatabase(postgres);
      const standin = await ZitadelStandin.create(database, environment);
      return new ZitadelOnPostgres(postgres, await standin.start());
    } catch (error) {
      await postgres[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.standin[Symbol.asyncDispose]();
    await this.postgres[Symbol.asyncDispose]();
  }
}

/** An empty database with an owner of its own. */
export async function addDatabase(postgres: RealPostgres) {
  const user = `zitadel_${randomBytes(4).toString("hex")}`;
  const password = randomBytes(24).toString("base64url");
  await postgres.administer(`CREATE ROLE ${user} LOGIN PASSWORD '${password}'`);
  await postgres.administer(`CREATE DATABASE ${user} OWNER ${user}`);
  const { host, port, caCertificate } = postgres;
  return { host, port, caCertificate, database: user, user, password };
}
