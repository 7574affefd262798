import { definePolicy } from "../definePolicy";
import { addHeaderOf, headerOf, named, nested, serversOf, type Server } from "./nginxBlocks";
import { configuresNginx } from "./nginxConfigurations";
import { servesFiles } from "./requireCsp";

/** Of OWASP's Secure Headers: no server with TLS goes without. */
const always = ["X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy"];
/** Of the same: what one server of a file sends, all of them send. */
const together = [
  ...always,
  "Strict-Transport-Security",
  "Content-Security-Policy",
  "Cross-Origin-Opener-Policy",
  "Cross-Origin-Embedder-Policy",
  "Cross-Origin-Resource-Policy",
  "X-Permitted-Cross-Domain-Policies",
  "Permissions-Policy",
];

/**
 * Requires each nginx server to send the security headers itself, on errors too. What a location takes away by headers
 * of its own is edge-header-disallow-shadowing; a plain http server that sends none is left alone.
 */
export const requireHeaders = definePolicy({
  finding: "edge-server-require-headers",
  appliesTo: configuresNginx,
  *check({ props }) {
    const servers = [...serversOf(props)];
    const sent = together.filter((header) => servers.some((server) => addHeaderOf(server, header)));
    for (const server of servers) {
      const missing = requiredOf(server, sent).filter((header) => !addHeaderOf(server, header));
      if (missing.length > 0) {
        yield {
          observed: `${server.path} sends no ${missing.join(", ")}`,
          required: "each of them, with always",
        };
      }
      for (const { block } of nested(server.server)) {
        const weak = named(block, "add_header")
          .filter((words) => together.includes(words[1] ?? "") && words.at(-1) !== "always")
          .map(([, header]) => header);
        if (weak.length === 0) continue;
        const where = block === server.server ? "" : ` in ${block.opening.join(" ")}`;
        yield {
          observed: `${server.path} sends ${weak.join(", ")}${where} on successful answers only`,
          required: "add_header … always",
        };
      }
    }
  },
});

/** Leaves to their own findings what these say of a server with TLS. */
function requiredOf(server: Server, sent: readonly string[]): string[] {
  if (!server.tls) return sent.some((header) => addHeaderOf(server, header)) ? [...sent] : [];
  const elsewhere = ["Permissions-Policy", ...(servesFiles(server) ? ["Content-Security-Policy"] : [])];
  const framed = /frame-ancestors/.test(headerOf(server, "Content-Security-Policy") ?? "");
  const least = always.filter((header) => header !== "X-Frame-Options" || !framed);
  return [...new Set([...least, ...sent])].filter((header) => !elsewhere.includes(header));
}
