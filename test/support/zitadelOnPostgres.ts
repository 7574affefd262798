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
      const standin = await ZitadelStandin.create(postgres.address("zitadel"), environment);
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
