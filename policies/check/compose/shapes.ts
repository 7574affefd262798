import { unknown } from "../../unknown";
import { UnreadableError } from "../declarations";
import { entriesOf, type Tree } from "../yamlTree";

interface Shape {
  readonly name: string;
  readonly fits: (tree: Tree) => boolean;
}

const text: Shape = {
  name: "text",
  fits: ({ value }) => value === null || value === unknown || typeof value !== "object",
};
const map: Shape = { name: "a map", fits: ({ value }) => value instanceof Map };
const named: Shape = {
  name: "a map or a list of texts",
  fits: ({ value }) =>
    value instanceof Map
      ? [...value.values()].every(text.fits)
      : Array.isArray(value) && value.every(text.fits),
};
const listOf = (...shapes: Shape[]): Shape => ({
  name: `a list, of ${shapes.map(({ name }) => name).join(" or ")} each`,
  fits: ({ value }) => Array.isArray(value) && value.every((each) => shapes.some(({ fits }) => fits(each))),
});
const either = (...shapes: Shape[]): Shape => ({
  name: shapes.map(({ name }) => name).join(", or "),
  fits: (tree) => shapes.some(({ fits }) => fits(tree)),
});

/** How compose takes each setting that policies look at. */
const shapes: Readonly<Record<string, Shape>> = Object.fromEntries(
  (
    [
      [
        "cgroup cgroup_parent container_name cpu_quota cpus image ipc mem_limit network_mode pid pids_limit privileged",
        text,
      ],
      ["read_only restart use_api_socket user userns_mode uts", text],
      ["cap_add cap_drop device_cgroup_rules security_opt volumes_from", listOf(text)],
      ["configs devices ports secrets volumes", listOf(text, map)],
      ["post_start pre_start pre_stop", listOf(map)],
      ["command entrypoint", either(text, listOf(text))],
      ["label_file", either(text, listOf(text))],
      ["env_file", either(text, map, listOf(text, map))],
      ["annotations environment labels", named],
      ["networks", either(map, listOf(text))],
      ["build extends", either(text, map)],
      ["deploy healthcheck ulimits", map],
    ] as const
  ).flatMap(([names, shape]) => names.split(" ").map((name) => [name, shape])),
);

/** Throws {@link UnreadableError} where a setting isn't written as compose takes it: nothing would be seen in it. */
export function checkShapes(service: Tree): void {
  for (const [key, tree] of entriesOf(service)) {
    const shape = shapes[key];
    if (!shape || tree.value === null || shape.fits(tree)) continue;
    throw new UnreadableError(`${key} is not ${shape.name}`, tree.line, tree.file);
  }
}
