import { basename } from "node:path";

import { configuresServer, nginxFileType } from "../edge/nginxConfigurations";
import type { Declared } from "./declarations";

/** Whether a text is a configuration of nginx, and not a compose file that holds one. */
export const isNginx = (text: string): boolean =>
  configuresServer(text) && /^\s*(#.*\n\s*)*[a-z_]+(\s[^:;{}\n]*)?\s*[;{]/.test(text);

/** A configuration of nginx as one resource; what it includes isn't read. */
export function readNginx(content: string, file: string): Declared[] {
  const name = basename(file);
  const urn = `urn:pulumi:nginx::nginx::${nginxFileType}::${name}`;
  return [
    {
      resource: { type: nginxFileType, name, urn, props: { content } },
      locate: (observed) => ({
        observed: observed.replace(/^content,? /, ""),
        line: lineOf(content, observed),
      }),
    },
  ];
}

/** The line on which the server begins that the text names, as `server mcp.test (8443)`. */
function lineOf(content: string, observed: string): number | undefined {
  const [, name = "", listen = ""] = /server (\S+) \((\S+)\)/.exec(observed) ?? [];
  const starts = [...content.matchAll(/(?<=^|[\s{};])server\s*\{/g)].map(({ index }) => index);
  const start = starts.find((from, at) => {
    const words = content.slice(from, starts[at + 1]).split(/[\s;]+/);
    return words.includes(name) && words.includes(listen);
  });
  return start === undefined ? undefined : content.slice(0, start).split("\n").length;
}
