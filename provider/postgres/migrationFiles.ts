import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

export interface MigrationFile {
  /** File name, such as `0001_schema.sql`. */
  readonly name: string;
  readonly sql: string;
  /** sha256 of its bytes, as hex. */
  readonly checksum: string;
}

/**
 * The migrations of a directory, in the order in which they run: 0001_name.sql, 0002_name.sql, … without a gap.
 * Files that don't end in .sql are no migrations.
 *
 * @throws when there are none, when a name or number is wrong, or when a file controls transactions itself
 */
export function readMigrations(directory: string): MigrationFile[] {
  const names = readdirSync(directory)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  if (names.length === 0) throw new Error(`${directory}: there is no migration (0001_name.sql) in it`);
  return names.map((name, index) => {
    const number = String(index + 1).padStart(4, "0");
    if (!/^\d{4}_[a-z0-9_]+\.sql$/.test(name) || !name.startsWith(number))
      throw new Error(
        `${join(directory, name)}: expected ${number}_<a-z, 0-9, _>.sql here: number without gaps`,
      );
    const bytes = readFileSync(join(directory, name));
    const sql = bytes.toString("utf8");
    // Within a body of PL/pgSQL there is no semicolon after BEGIN, and END is indented or ends the body.
    const control = /^[ \t]*(COMMIT|ROLLBACK|BEGIN|START[ \t]+TRANSACTION|SAVEPOINT[ \t]+\w+)[ \t]*;/im.exec(
      sql,
    );
    if (control)
      throw new Error(
        `${join(directory, name)}: remove '${control[1]}': each migration already is one transaction`,
      );
    return { name, sql, checksum: createHash("sha256").update(bytes).digest("hex") };
  });
}

/** One line that changes when the file does. */
export const describeMigration = ({ name, checksum }: MigrationFile): string => `${name} sha256:${checksum}`;
