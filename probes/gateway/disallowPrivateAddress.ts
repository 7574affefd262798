import { z } from "zod";

import { fail, pass, probe } from "../probe";
import { containerOf, type Target } from "../target";

/** What attackers have a connector point at: cloud metadata, in many spellings, and the gateway itself. */
const classic = [
  "https://169.254.169.254/latest/meta-data/",
  "https://[::ffff:169.254.169.254]/",
  "https://[64:ff9b::a9fe:a9fe]/",
  "https://2852039166/",
  "https://0xa9.0xfe.0xa9.0xfe/",
  "https://100.100.100.200/",
  "https://127.0.0.1/",
  "https://[::1]/",
  "https://0.0.0.0/",
  "https://localhost/",
  "https://user:word@1.1.1.1/",
  "http://1.1.1.1/",
  "file:///etc/passwd",
];
/** One that a connector may have, so that a guard which refuses everything isn't taken for one that works. */
const ordinary = "https://1.1.1.1/";

const verdict = z.object({ url: z.string(), allowed: z.boolean() });

/**
 * Proves gateway-connector-disallow-private-address: the guard of the running gateway, with its own settings, refuses
 * the classic addresses and those of each of the stack's containers.
 */
export const disallowPrivateAddress = probe("gateway-connector-disallow-private-address", async (target) => {
  const refused = [...classic, ...ownAddresses(target)];
  const { name } = containerOf(target, "gateway");
  const command = ["exec", name, "node", "dist/cli.js", "check-url", ordinary, ...refused];
  const { exitCode, stdout, stderr } = await target.docker(command);
  if (exitCode > 1) throw new Error(`gateway check-url: ${stderr.trim().split("\n").pop()}`); // 1: one is refused
  const verdicts = stdout
    .trim()
    .split("\n")
    .map((line) => verdict.parse(JSON.parse(line)));
  const [first, ...rest] = verdicts;
  if (rest.length !== refused.length)
    throw new Error(`${verdicts.length} of ${refused.length + 1} URLs have a verdict`);
  if (!first?.allowed) throw new Error(`the guard refuses ${ordinary} too, so its refusals say nothing`);
  const allowed = rest.filter((it) => it.allowed).map(({ url }) => url);
  return allowed.length > 0
    ? fail(`a connector may have ${allowed.join(", ")}`)
    : pass(
        `${refused.length} internal addresses are refused, the stack's own among them, and ${ordinary} isn't`,
      );
});

function ownAddresses({ containers }: Target): string[] {
  const addresses = containers.flatMap(({ inspection }) =>
    Object.values(inspection.NetworkSettings.Networks).map(({ IPAddress }) => IPAddress),
  );
  return [...new Set(addresses)].filter((address) => address !== "").map((address) => `https://${address}/`);
}
