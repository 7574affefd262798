import type { Pool } from "pg";

/**
 * Why the database can't be used, or undefined when it answers as the expected role over TLS within `timeout`
 * milliseconds. The answer is safe to show: an error's code or a text of ours, never a message from outside.
 */
export async function databaseProblem(
  pool: Pool,
  role: string,
  timeout: number,
): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`no answer within ${timeout} ms`), timeout);
  });
  try {
    return await Promise.race([roleProblem(pool, role), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function roleProblem(pool: Pool, role: string): Promise<string | undefined> {
  try {
    const { rows } = await pool.query<{ name: string; superuser: boolean; tls: boolean }>(
      `SELECT current_user AS name,
              current_setting('is_superuser') = 'on' AS superuser,
              (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS tls`,
    );
    if (rows[0]?.name !== role) return `answers as another role than ${role}`;
    if (rows[0].superuser) return `the role ${role} is a superuser, which the application must not be`;
    return rows[0].tls ? undefined : "the connection is not encrypted";
  } catch (error) {
    const { code } = error as { code?: unknown };
    return `can't be used (${typeof code === "string" ? code : "no connection"})`;
  }
}
