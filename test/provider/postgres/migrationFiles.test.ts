import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { readMigrations } from "../../../provider/postgres/migrationFiles";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "migration-files-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (name: string, sql = "SELECT 1;") => writeFileSync(join(directory, name), sql);

it("reads the files in order, with the sha256 of each", () => {
  write("0002_second.sql", "SELECT 2;");
  write("0001_first.sql", "");
  write("README.md");
  expect(readMigrations(directory)).toEqual([
    { name: "0001_first.sql", sql: "", checksum: expect.stringMatching(/^e3b0c44298fc1c14/) as string },
    {
      name: "0002_second.sql",
      sql: "SELECT 2;",
      checksum: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    },
  ]);
});

it("refuses an empty directory", () => {
  expect(() => readMigrations(directory)).toThrow("there is no migration");
});

it.each([
  ["a gap", ["0001_a.sql", "0003_c.sql"], /0003_c\.sql: expected 0002_/],
  ["a number twice", ["0001_a.sql", "0001_b.sql"], /0001_b\.sql: expected 0002_/],
  ["another form of name", ["0001-a.sql"], /expected 0001_/],
])("refuses %s", (_, names, message) => {
  names.forEach((name) => write(name));
  expect(() => readMigrations(directory)).toThrow(message);
});

it.each(["COMMIT;", "select 1;\n  rollback ;", "BEGIN;", "start transaction;"])(
  "refuses transaction control: %j",
  (sql) => {
    write("0001_a.sql", sql);
    expect(() => readMigrations(directory)).toThrow(/remove '.+': each migration already is one transaction/);
  },
);

it("takes the BEGIN and END of PL/pgSQL for what they are", () => {
  write("0001_a.sql", "DO $$\nBEGIN\n  NULL;\nEND\n$$;");
  expect(readMigrations(directory)).toHaveLength(1);
});
