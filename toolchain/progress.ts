/** Where a build stands. */
export interface Standing {
  readonly title: string;
  /** Parts done, of how many in all. */
  readonly built: number;
  readonly total: number;
  /** Go packages compiled and modules downloaded so far in this build; earlier ones are cached. */
  readonly compiled: number;
  readonly downloaded: number;
  readonly start: number;
  readonly now: number;
}

/** One line for the reader: what is built, how many parts are done, how far it is, how long it took so far. */
export function progressLine({ title, built, total, compiled, downloaded, start, now }: Standing): string {
  const seconds = Math.round((now - start) / 1000);
  const elapsed = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${built} of ${total} built; building ${title}: ${downloaded} modules downloaded, ${compiled} packages compiled, ${elapsed}`;
}

/** Shows the line now and every so often: each second in place on a terminal, else every 15 s. @returns how to stop. */
export function reportEvery(line: () => string, out: NodeJS.WriteStream = process.stderr): () => void {
  const show = () => out.write(out.isTTY ? `\r\x1b[K${line().slice(0, out.columns - 1)}` : `${line()}\n`);
  show();
  const timer = setInterval(show, out.isTTY ? 1_000 : 15_000);
  return () => {
    clearInterval(timer);
    if (out.isTTY) show();
    if (out.isTTY) out.write("\n");
  };
}
