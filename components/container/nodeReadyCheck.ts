/**
 * A health check for an image that has Node and nothing else: healthy while `/readyz` answers 200. (`fetch` would cost
 * twice the processor time, every few seconds.)
 *
 * @param scheme what the service speaks
 * @param address JavaScript: the first argument of that module's `get`
 */
export function nodeReadyCheck(scheme: "http" | "https", address: string): string[] {
  const settle = "(it) => process.exit(it.statusCode === 200 ? 0 : 1)";
  const script = `require("node:${scheme}").get(${address}, ${settle}).on("error", () => process.exit(1))`;
  return ["node", "-e", script];
}
