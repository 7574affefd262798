import { candidates } from "../secret/candidates";

/** The texts among a resource's inputs that configure an nginx server, without their comments. */
export function nginxConfigurations(props: unknown): { path: string; text: string }[] {
  const found = new Map<string, string>();
  for (const { path, value, part } of candidates(props)) {
    if (part === "word" || found.has(path) || !/(^|[\s{};])server\s*\{/.test(value)) continue;
    found.set(path, value.replace(/(^|\s)#.*$/gm, "").replace(/([;{}])(?=\s*\w)/g, "$1\n"));
  }
  return [...found].map(([path, text]) => ({ path, text }));
}
