import type { Resource } from "../definePolicy";

/** Where in a file something stands, and how its writer calls it. */
export interface Place {
  /** Counted from 1; `undefined` when it can't be told. */
  readonly line?: number;
  /** Another than the checked one, where that extends or includes it. */
  readonly file?: string;
  /** The problem in the file's own words, e.g. `security_opt` for `securityOpts`. */
  readonly observed: string;
}

/** A resource that a file declares. */
export interface Declared {
  readonly resource: Resource;
  /** Where the input stands that `observed`, a policy's text, names. */
  locate(observed: string): Place;
}

/** What couldn't be read, and so couldn't be checked. */
export interface CheckError {
  readonly file: string;
  readonly line?: number;
  readonly message: string;
}

/** What one file declares: its resources make up a stack. */
export interface Declarations {
  readonly file: string;
  readonly declared: readonly Declared[];
  readonly errors: readonly CheckError[];
}

/** Says that a file can't be read as what it should be, and where. */
export class UnreadableError extends Error {
  constructor(
    message: string,
    readonly line?: number,
    readonly file?: string,
  ) {
    super(message);
  }
}
