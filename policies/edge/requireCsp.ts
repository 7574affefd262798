import { masked } from "../masked";
import { headerOf, named, nested, nginxPolicy, type Server } from "./nginxBlocks";

/** Requires an nginx that serves a web application's files to send a Content-Security-Policy that confines scripts. */
export const requireCsp = nginxPolicy({
  finding: "edge-header-require-csp",
  *check(tls) {
    if (!servesFiles(tls)) return; // what answers for it sends its own
    const value = headerOf(tls, "Content-Security-Policy");
    const required = "default-src and script-src without unsafe-inline, unsafe-eval or *";
    if (value === undefined) {
      yield { observed: `${tls.path} sends no Content-Security-Policy`, required };
      return;
    }
    const sources = directivesOf(value);
    const scripts = sources.get("script-src") ?? sources.get("default-src");
    if (!scripts || scripts.some((source) => /^(\*|https?:|data:|'unsafe-(inline|eval)')$/.test(source))) {
      yield { observed: `${tls.path} sends Content-Security-Policy: ${masked(value)}`, required };
    }
  },
});

/** Whether it answers with files of its own. */
export const servesFiles = ({ server }: Server): boolean =>
  [...nested(server)].some(({ block }) => named(block, "root").length + named(block, "alias").length > 0);

const directivesOf = (policy: string) =>
  new Map(
    policy.split(";").map((directive) => {
      const [name = "", ...sources] = directive.trim().toLowerCase().split(/\s+/);
      return [name, sources];
    }),
  );
