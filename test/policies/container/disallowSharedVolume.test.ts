import { container, fileCarrier, service } from "../compliantContainer";
import { evaluateStack, unknownValue, type TestedResource } from "../evaluate";

const mounting = (name: string, change: object = {}): TestedResource => ({
  ...container(
    (props) => (props.mounts = [{ type: "volume", source: "shared", target: "/data", ...change }]),
  ),
  name,
});
const volume = (name: string, change: object = {}): TestedResource => ({
  ...container((props) => (props.volumes = [{ volumeName: "shared", containerPath: "/data", ...change }])),
  name,
});
const swarm: TestedResource = {
  ...service((spec) => (spec.mounts = [{ type: "volume", source: "shared", target: "/data" }])),
  name: "swarm",
};

test.each<[string, TestedResource[]]>([
  ["two mounts", [mounting("one"), mounting("two")]],
  ["a mount and a volume", [mounting("one"), volume("two")]],
  ["a container and a service", [mounting("one"), swarm]],
])("container-volume-disallow-sharing: refuses %s", async (_what, resources) => {
  const { findings, messages } = await evaluateStack(resources);
  expect(findings).toEqual(["container-volume-disallow-sharing"]);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toContain("writes to shared, as one does");
});

test.each<[string, TestedResource[]]>([
  ["one writer and one reader", [mounting("one"), mounting("two", { readOnly: true })]],
  ["one writer and one reader of a volume", [mounting("one"), volume("two", { readOnly: true })]],
  [
    "one container that mounts it twice",
    [
      {
        ...container(
          (props) =>
            (props.mounts = [0, 1].map((at) => ({ type: "volume", source: "shared", target: `/${at}` }))),
        ),
        name: "one",
      },
    ],
  ],
  [
    "anonymous volumes",
    ["one", "two"]
      .map((name) => ({ ...volume(name, { volumeName: "" }), name }))
      .map((it) => ({
        ...it,
        props: { ...(it.props as object), mounts: [] },
      })),
  ],
  ["volumes of different names", [mounting("one"), mounting("two", { source: "other" })]],
  [
    "volumes unknown until deployed",
    [mounting("one", { source: unknownValue }), mounting("two", { source: unknownValue })],
  ],
  ["a bound directory", [mounting("one", { type: "bind" }), mounting("two", { type: "bind" })]],
  [
    "the files of a container that reads them from another",
    [{ ...fileCarrier(), name: "files" }, mounting("one", { readOnly: true })],
  ],
])("accepts %s", async (_what, resources) => {
  expect((await evaluateStack(resources)).findings).toEqual([]);
});
