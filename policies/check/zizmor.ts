import { spawnSync } from "node:child_process";

import type { Severity } from "../findings";
import { workflowType } from "../workflow/workflowType";
import type { Violation } from "./checkFiles";
import type { CheckError, Declarations } from "./declarations";

/** What `zizmor --format json` says of each thing it finds. */
interface Audit {
  readonly ident: string;
  readonly desc: string;
  readonly url: string;
  readonly determinations: { readonly severity: string };
  readonly locations: readonly {
    readonly symbolic: { readonly kind?: string; readonly annotation: string };
    readonly concrete: { readonly location: { readonly start_point: { readonly row: number } } };
  }[];
}

const severityOf: Record<string, Severity> = { High: "high", Medium: "medium" };

/** What zizmor finds in a workflow, where it is installed, beside the policies of this pack. */
export function zizmorFindings({ file, declared }: Declarations): {
  violations: Violation[];
  errors: CheckError[];
} {
  const isWorkflow = declared.some(({ resource }) => resource.type === workflowType);
  const nothing = { violations: [], errors: [] };
  if (!isWorkflow) return nothing;
  const run = spawnSync(
    "zizmor",
    ["--offline", "--no-progress", "--no-exit-codes", "--format", "json", file],
    {
      encoding: "utf8",
    },
  );
  const error: NodeJS.ErrnoException | undefined = run.error;
  if (error?.code === "ENOENT") return nothing;
  if (run.status !== 0) {
    const why = error?.message ?? run.stderr.trim().split("\n").at(-1);
    return { violations: [], errors: [{ file, message: `zizmor failed: ${why}` }] };
  }
  return {
    violations: (JSON.parse(run.stdout) as Audit[]).map((audit) => violationOf(audit, file)),
    errors: [],
  };
}

function violationOf({ ident, desc, url, determinations, locations }: Audit, file: string): Violation {
  const primary = locations.find(({ symbolic }) => symbolic.kind === "Primary") ?? locations[0];
  return {
    finding: `zizmor/${ident}`,
    severity: severityOf[determinations.severity] ?? "low",
    level: "mandatory",
    resource: file,
    file,
    line: primary && primary.concrete.location.start_point.row + 1,
    observed: primary?.symbolic.annotation || desc,
    required: `no ${ident}`,
    fix: url,
  };
}
