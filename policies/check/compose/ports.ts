import { unknown } from "../../unknown";
import { child, elementsOf, plain, textOf, type Tree } from "../yamlTree";

interface Port {
  readonly value: unknown;
  readonly tree: Tree;
}

/** The ports of the host that a service publishes, one for each of a range. */
export function publishedPorts(ports: Tree | undefined): Port[] {
  return elementsOf(ports).flatMap((tree): Port[] => {
    if (tree.value === unknown) return [{ value: unknown, tree }];
    if (tree.value instanceof Map) {
      const published = textOf(child(tree, "published"));
      const ip = child(tree, "host_ip");
      return range(published).map((external) => ({ value: { external, ip: ip && plain(ip) }, tree }));
    }
    return shortForm(textOf(tree) ?? "").map((value) => ({ value, tree }));
  });
}

/** `[[address:]published:]target[/protocol]`; ports may be ranges. */
function shortForm(text: string): { external?: number; ip?: string }[] {
  const [, address, published] =
    /^(?:(?:(\[[^\]]*\]|[^:]*):)?([^:]*):)?[^:/]+(?:\/\w+)?$/.exec(text.trim()) ?? [];
  const ip = address === undefined ? undefined : address.replace(/^\[|\]$/g, "");
  return range(published).map((external) => ({ external, ip }));
}

/** Each port of `8000-8010`; one that is absent stands for any free one. */
function range(text: string | undefined): (number | undefined)[] {
  const [first, last] = (text ?? "").split("-").map(Number);
  if (!first) return [undefined];
  const count = Math.min((last ?? first) - first, 1000) + 1;
  return Array.from({ length: Math.max(count, 1) }, (_, index) => first + index);
}
