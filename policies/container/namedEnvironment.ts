import { read, readList, readText, unknown } from "../unknown";
import type { EnvironmentEntry } from "./containerSpec";

/** Environment as a list of `{ name, value }`; an entry that takes its value from elsewhere has none. */
export function namedEnvironment(container: unknown, key: string, at: string): EnvironmentEntry[] {
  const entries = readList(container, key);
  if (entries === unknown) return [{ path: `${at}.${key}`, value: unknown }];
  return entries.map((entry, index) => {
    const name = read(entry, "name");
    return {
      path: `${at}.${key}[${index}].value`,
      name: typeof name === "string" ? name : undefined,
      value: readText(entry, "value"),
    };
  });
}
