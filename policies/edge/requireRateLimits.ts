import { named, nested, nginxPolicy } from "./nginxBlocks";

/** Requires an nginx with TLS that passes requests on to limit their rate: on the server, or where it passes them. */
export const requireRateLimits = nginxPolicy({
  finding: "edge-rate-require-limits",
  *check({ path, server, around }) {
    for (const { block, around: inner } of nested(server, around)) {
      const passes = ["proxy_pass", "fastcgi_pass", "grpc_pass", "uwsgi_pass", "scgi_pass"].some(
        (name) => named(block, name).length > 0,
      );
      if (!passes) continue;
      if ([block, ...inner].some((each) => named(each, "limit_req").length > 0)) continue;
      yield {
        observed: `${path} passes ${block.opening.join(" ")} on without limit_req`,
        required: "a limit_req zone",
      };
    }
  },
});
