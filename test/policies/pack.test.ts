import { policies } from "../../policies/all";
import { findings } from "../../policies/findings";
import { pulumiPolicy } from "../../policies/pulumiPolicy";
import { container, service } from "./compliantContainer";
import { evaluate, unknownValue, type TestedResource } from "./evaluate";

describe.each(policies.map((policy) => [policy.finding, pulumiPolicy(policy)] as const))(
  "%s",
  (finding, policy) => {
    test("is mandatory, and carries its finding's severity, references and fix", () => {
      expect(policy).toMatchObject({
        name: finding,
        enforcementLevel: "mandatory",
        description: findings[finding].title,
        severity: findings[finding].severity,
        remediationSteps: findings[finding].remediation,
      });
      expect(policy.framework?.reference).toBeTruthy();
      expect(policy.tags?.length).toBeGreaterThan(0);
    });

    test("gives each of its settings a default and a description", () => {
      for (const [name, schema] of Object.entries(policy.configSchema?.properties ?? {})) {
        expect([name, schema.default, schema.description]).toEqual([
          name,
          expect.anything(),
          expect.any(String),
        ]);
      }
    });
  },
);

test("there is one policy a finding", () => {
  expect(new Set(policies.map(({ finding }) => finding)).size).toBe(policies.length);
});

/** Each path of the inputs, down to the leaves. */
function paths(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value !== "object" || value === null) return [path];
  return [
    ...(path.length ? [path] : []),
    ...Object.entries(value).flatMap(([key, child]) => paths(child, [...path, key])),
  ];
}

function withUnknown(resource: TestedResource, path: (string | number)[]): TestedResource {
  const copy = structuredClone(resource);
  let holder = copy.props;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, unknown>;
  holder[path.at(-1)!] = unknownValue;
  return copy;
}

const everything: [string, TestedResource][] = [
  ["a container", container((props) => (props.uploads = [{ file: "/x", content: "y", source: "z" }]))],
  [
    "a service",
    service((_spec, props) => (props.endpointSpec = { ports: [{ targetPort: 80, publishedPort: 80 }] })),
  ],
  [
    "a volume",
    {
      type: "docker:index/volume:Volume",
      props: { driverOpts: { device: "/data" }, labels: [{ label: "a" }] },
    },
  ],
  ["a role", { type: "postgresql:index/role:Role", props: { superuser: false, roles: ["readers"] } }],
];

test.each(everything)(
  "no policy fails open on %s, whichever of its inputs is unknown",
  async (_description, resource) => {
    for (const path of paths(resource.props)) {
      const { advisories } = await evaluate(withUnknown(resource, path));
      expect([path, advisories]).toEqual([path, []]);
    }
  },
);
