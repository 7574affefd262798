import { join } from "node:path";

import { main } from "./command";
import { pulumiEnvironment } from "./pulumi";
import { root } from "./state";

void main({
  name: "env",
  summary: 'prints what makes plain pulumi work on the dev stack: eval "$(make env)" && pulumi stack',
  run: ({ state }) => {
    const quoted = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
    for (const [name, value] of Object.entries(pulumiEnvironment(state)))
      console.log(`export ${name}=${quoted(value)}`);
    // The pinned pulumi, and the pinned Node that runs the provider plugin.
    console.log(`export PATH=${quoted(join(root, "node_modules", ".bin"))}:"$PATH"`);
    return Promise.resolve();
  },
});
