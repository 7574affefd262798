import { fail, pass, type Observation } from "../probe";
import type { Container, Target } from "../target";

/**
 * Holds every container of the stack to one property.
 *
 * @param problem what is wrong with a container, or undefined when it has the property
 * @param good what was seen when nothing is wrong
 */
export function everyContainer(
  { containers }: Target,
  problem: (container: Container) => string | undefined,
  good: string,
): Observation {
  const problems = containers.flatMap((container) => {
    const found = problem(container);
    return found === undefined ? [] : [`${container.name}: ${found}`];
  });
  return problems.length > 0 ? fail(problems.join("; ")) : pass(`${containers.length} containers: ${good}`);
}

/** A line of /proc/1/status. @throws when it isn't there, since then nothing is known */
export function processStatus({ name, processStatus: status }: Container, key: string): string {
  const value = status[key];
  if (value === undefined) throw new Error(`${name}: /proc/1/status has no ${key}`);
  return value;
}
