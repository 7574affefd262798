import { secretsDirectory } from "../config";
import { secretInventory } from "../secrets/inventory";
import { inspectSecrets, type Environment } from "../secrets/load";

/**
 * `gateway secrets`: one JSON line for each secret the source refers to, never its value:
 * `{"name","service","injected","from","ageSeconds","problem"}`; the last three are null where there is nothing to
 * tell. `service` says which process takes it: the broker's aren't injected into the gateway. The exit code is 1 when a secret has a problem.
 */
export function secretsCommand(environment: Environment, print: (line: string) => void): number {
  const inspected = inspectSecrets(environment, secretsDirectory(environment));
  for (const { name, from, changed, problem } of inspected) {
    const ageSeconds = changed ? Math.floor((Date.now() - changed.getTime()) / 1000) : null;
    print(
      JSON.stringify({
        name,
        service: secretInventory[name].service,
        injected: from !== undefined,
        from: from ?? null,
        ageSeconds,
        problem: problem ?? null,
      }),
    );
  }
  return inspected.some(({ problem }) => problem !== undefined) ? 1 : 0;
}
