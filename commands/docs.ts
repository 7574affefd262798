import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { findingsPage } from "../policies/findingsTable";
import { main } from "./command";
import { referencePages } from "./reference/pages";
import { root } from "./state";

void main({
  name: "docs",
  summary: "writes the pages that are generated from the code: docs/reference and docs/findings.md",
  run: () => {
    for (const [path, page] of Object.entries(referencePages)) writeFileSync(join(root, path), page());
    writeFileSync(join(root, "docs/findings.md"), findingsPage());
    return Promise.resolve();
  },
});
