/**
 * Runs `work` and prints what happens in plain lines, for terminals and CI logs alike: its start, a sign of life
 * every 15 seconds, and its end with the time it took.
 */
export async function withProgress<T>(what: string, work: () => Promise<T>): Promise<T> {
  const start = Date.now();
  const elapsed = () => `${Math.round((Date.now() - start) / 1000)} s`;
  console.error(`${what} …`);
  const timer = setInterval(() => console.error(`${what} … ${elapsed()} so far`), 15_000);
  try {
    const result = await work();
    console.error(`${what}: done in ${elapsed()}`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
