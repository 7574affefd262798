import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { writeGeneratedFiles } from "../policies/findingsTable";
import { main } from "./command";
import { referencePages } from "./reference/pages";
import { root } from "./state";

void main({
  name: "docs",
  summary:
    "writes the pages that are generated from the code: docs/reference, docs/findings and the policies' settings",
  run: () => {
    for (const [path, page] of Object.entries(referencePages)) writeFileSync(join(root, path), page());
    writeGeneratedFiles();
    return Promise.resolve();
  },
});
