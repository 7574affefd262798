/** What stops the install, and what to do about it. Shown without a stack trace. */
export class InstallError extends Error {
  constructor(
    problem: string,
    readonly fix: string,
  ) {
    super(problem);
  }
}
