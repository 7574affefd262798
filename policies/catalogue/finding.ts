export type Severity = "low" | "medium" | "high" | "critical";

/** A file, relative to the repository's root, or the reason why there is none. */
export type Place = string | { readonly none: string };

export interface Finding {
  /** What is wrong, in words that complete "This resource …" or name the state that must not be. */
  readonly title: string;
  readonly severity: Severity;
  readonly frameworks: {
    /** Number of the finding in the hardening retrospective; "extra" for "What else we shipped". */
    readonly article?: number | "extra";
    /** Item of the CIS Docker Benchmark 1.6, section 5. */
    readonly cisDocker?: string;
    /** Rule of OWASP's Docker Security Cheat Sheet, or category of the OWASP Top 10. */
    readonly owasp?: string;
  };
  /** What to do about it, in one or two sentences. */
  readonly remediation: string;
  readonly places: {
    readonly component: Place;
    readonly policy: Place;
    readonly probe: Place;
    readonly test: Place;
  };
}
