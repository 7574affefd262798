import { container } from "./compliantContainer";
import { evaluate, type TestedResource } from "./evaluate";

const finding = "container-filesystem-require-read-only";
const exemption = {
  resource: "web",
  reason: "writes its cache beside its program",
  owner: "platform",
  expires: "2999-12-31",
};
const labelled = (label = `apexmcp.exception.${finding}`, value = "writes its cache"): TestedResource =>
  container((props) => Object.assign(props, { readOnly: false, labels: [{ label, value }] }));
const unlabelled = () => container((props) => (props.readOnly = false));
const exempted = (change: object = {}) => ({ [finding]: { exemptions: [{ ...exemption, ...change }] } });

test("accepts a finding that the configuration exempts and the container's label claims, and prints it", async () => {
  const { findings, advisories } = await evaluate(labelled(), exempted());
  expect(findings).toEqual([]);
  expect(advisories).toEqual([
    expect.stringContaining(
      "Exempted until 2999-12-31 by platform (writes its cache beside its program): web: readOnly is false",
    ),
  ]);
});

test("accepts it for a resource that can't carry a label, by configuration alone", async () => {
  const role = { type: "postgresql:index/role:Role", name: "replicator", props: { superuser: true } };
  const configuration = {
    "postgres-role-disallow-superuser": { exemptions: [{ ...exemption, resource: "replicator" }] },
  };
  expect((await evaluate(role, configuration)).findings).toEqual([]);
});

test.each<[string, TestedResource, ReturnType<typeof exempted> | undefined, string]>([
  [
    "a label that no configuration allows",
    labelled(),
    undefined,
    "claims an exception that the pack's configuration doesn't allow",
  ],
  ["a configured exemption without a label", unlabelled(), exempted(), "which gives the reason, is absent"],
  ["a label without a reason", labelled(undefined, " "), exempted(), "which gives the reason, is absent"],
  [
    "a label for another finding",
    labelled("apexmcp.exception.container-health-require-healthcheck"),
    exempted(),
    "is absent",
  ],
  ["an exemption of another resource", labelled(), exempted({ resource: "api" }), "doesn't allow"],
  ["an expired exemption", labelled(), exempted({ expires: "2020-01-31" }), "expired on 2020-01-31"],
  ["an expiry that is no day", labelled(), exempted({ expires: "never" }), 'expires on "never"'],
  ["an expiry that no calendar has", labelled(), exempted({ expires: "2999-02-30" }), "is not a day"],
  ["an exemption without a reason", labelled(), exempted({ reason: "" }), "gives no reason"],
  ["an exemption without an owner", labelled(), exempted({ owner: undefined }), "gives no owner"],
])("refuses %s, and says why", async (_description, resource, configuration, why) => {
  const { findings, messages, advisories } = await evaluate(resource, configuration);
  const others = findings.filter((each) => !each.startsWith("exemption-entry-"));
  expect({ findings: others, advisories }).toEqual({ findings: [finding], advisories: [] });
  expect(messages[0]).toContain(why);
});

test("an exemption holds on its last day", async () => {
  const today = new Date().toISOString().slice(0, 10);
  expect((await evaluate(labelled(), exempted({ expires: today }))).findings).toEqual([]);
});
