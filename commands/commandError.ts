/** A problem that the reader can solve: what is wrong, and what to do about it. Shown without a stack trace. */
export class CommandError extends Error {
  constructor(
    readonly problem: string,
    readonly fix: string,
    readonly exitCode = 1,
  ) {
    super(`${problem}. Fix: ${fix}`);
  }
}
