import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { PulumiProject } from "../../support/pulumiProject";
import { RealPostgres } from "../../support/realPostgres";

jest.setTimeout(300_000);

const program = `
import { Migrations } from "@apexmcp/components/postgres/migrations";
const { HOST, PORT, DATABASE, PASSWORD, CA, DIRECTORY } = process.env as Record<string, string>;
new Migrations("database", {
  host: HOST, port: Number(PORT), database: DATABASE, user: "apexmcp_migrator", password: PASSWORD,
  caCertificate: CA, directory: DIRECTORY,
});
`;

it("through the engine: a preview lists, an update runs once, a changed file is refused, no secret shows", async () => {
  await using postgres = await RealPostgres.start({ migrated: false });
  await using project = new PulumiProject(program);
  const directory = mkdtempSync(join(tmpdir(), "engine-migrations-"));
  const write = (name: string, sql: string) => writeFileSync(join(directory, name), sql);
  const password = postgres.passwords.apexmcp_migrator;
  const environment = {
    HOST: postgres.host,
    PORT: String(postgres.port),
    DATABASE: postgres.database,
    PASSWORD: password,
    CA: postgres.caCertificate,
    DIRECTORY: directory,
  };
  const pulumi = async (...args: string[]) => {
    const result = await project.pulumi(args, environment);
    expect(result.output).not.toContain(password);
    return result;
  };
  try {
    write("0001_schema.sql", "CREATE SCHEMA app;");
    expect((await pulumi("stack", "init", "dev")).code).toBe(0);
    const first = await pulumi("preview", "--stack=dev", "--diff");
    expect(first.output).toMatch(/0001_schema\.sql sha256:[0-9a-f]{64}/);
    expect(await pulumi("up", "--stack=dev", "--yes", "--skip-preview")).toMatchObject({ code: 0 });

    expect(await pulumi("up", "--stack=dev", "--yes", "--skip-preview", "--expect-no-changes")).toMatchObject(
      { code: 0 },
    );

    write("0002_table.sql", "CREATE TABLE app.first ();");
    const second = await pulumi("preview", "--stack=dev");
    expect(second.output).toContain("would run: 0002_table.sql");
    const ran = await pulumi("up", "--stack=dev", "--yes", "--skip-preview");
    expect(ran.output).toContain("ran: 0002_table.sql");

    write("0001_schema.sql", "CREATE SCHEMA app; -- edited");
    const edited = await pulumi("preview", "--stack=dev");
    expect(edited.code).not.toBe(0);
    expect(edited.output).toContain("0001_schema.sql was changed after it ran");

    const state = await pulumi("stack", "export", "--stack=dev");
    expect(state.output).toContain("0002_table.sql");
  } finally {
    rmSync(directory, { recursive: true });
  }
});
