import { main } from "./command";
import { pulumiEnvironment } from "./pulumi";

void main({
  name: "env",
  summary: 'prints what makes plain pulumi work on the dev stack: eval "$(make env)" && npx pulumi stack',
  run: ({ state }) => {
    const quoted = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
    for (const [name, value] of Object.entries(pulumiEnvironment(state)))
      console.log(`export ${name}=${quoted(value)}`);
    return Promise.resolve();
  },
});
