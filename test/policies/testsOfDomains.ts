import { globSync } from "node:fs";
import { join } from "node:path";

/**
 * The tests of the domains in MUTATE as one file of tests, so that the pack is loaded once for each mutant and not once
 * for each of their files (stryker.config.mjs).
 */
const domains = process.env.MUTATE!.split(",");
for (const file of globSync(
  domains.map((domain) => `${domain}/**/*.test.ts`),
  { cwd: __dirname },
)) {
  if (file.endsWith(".integration.test.ts")) continue;
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  describe(file, () => void require(join(__dirname, file)));
}
