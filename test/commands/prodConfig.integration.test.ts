import { execa } from "execa";
import { readFileSync } from "node:fs";

import { root, stateIn } from "../../commands/state";
import { settings } from "../../stacks/settings";
import { temporaryState } from "./temporaryState";

jest.setTimeout(120_000);

const sha = "0".repeat(40);

it("previews an unconfigured production stack as a list of everything that is missing, and stores no value", async () => {
  const { directory } = temporaryState();
  const secret = "s".repeat(16);
  const { exitCode, stderr } = await execa(
    "node",
    ["-r", "ts-node/register", "commands/preview.ts", `--state=${directory}`],
    {
      cwd: root,
      env: {
        ...{ CI: "true", NODE_OPTIONS: "", APEXMCP_STACK: "prod", IMAGE_TAG: sha },
        ...{ PULUMI_CONFIG_PASSPHRASE: "of a pipeline", OAUTH_JWT_SECRET: secret },
      },
      reject: false,
    },
  );
  expect(exitCode).toBe(1);
  const keys = Object.entries(settings).filter(
    ([, setting]) => "secret" in setting && !setting.schema.safeParse(undefined).success,
  );
  for (const [key] of keys) expect(stderr).toMatch(new RegExp(`- ${key}: `));
  expect(stderr).toMatch(/- publicUrl: missing; set it: pulumi config set publicUrl/);
  expect(stderr).not.toContain(secret);
  expect(readFileSync(stateIn(directory, "prod").configFile, "utf8")).not.toContain(secret);
});
