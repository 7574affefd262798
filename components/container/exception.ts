/** A finding that one container can't meet, and why. It becomes a label, which policies and probes read. */
export interface Exception {
  /** Id of the finding, e.g. `container-environment-disallow-secret`. */
  readonly finding: string;
  /** A sentence for the reviewer. */
  readonly reason: string;
}

/** Labels `apexmcp.exception.<finding>` of the given exceptions. */
export function exceptionLabels(exceptions: readonly Exception[] = []): Record<string, string> {
  return Object.fromEntries(
    exceptions.map(({ finding, reason }) => [`apexmcp.exception.${finding}`, reason]),
  );
}
