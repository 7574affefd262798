import { container } from "../compliantContainer";
import { evaluate, evaluateStack } from "../evaluate";

const finding = "container-filesystem-require-read-only";
const exemption = {
  resource: "web",
  reason: "writes its cache beside its program",
  owner: "platform",
  expires: "2999-12-31",
};
const exempting = (change: object = {}) => ({ [finding]: { exemptions: [{ ...exemption, ...change }] } });
const label = { label: `apexmcp.exception.${finding}`, value: "writes its cache" };
const writable = () => container((props) => Object.assign(props, { readOnly: false, labels: [label] }));

test("exemption-entry-disallow-unused: refuses one that its resource doesn't need", async () => {
  const { findings, messages } = await evaluate(container(), exempting());
  expect(findings).toEqual(["exemption-entry-disallow-unused"]);
  expect(messages[0]).toContain(`web, which is exempted from ${finding}, doesn't need it`);
});

test("refuses one whose resource doesn't exist", async () => {
  const { findings, messages } = await evaluate(container(), exempting({ resource: "gone" }));
  expect(findings).toEqual(["exemption-entry-disallow-unused"]);
  expect(messages[0]).toContain("gone, which is exempted from");
  expect(messages[0]).toContain("doesn't exist");
});

test("exemption-entry-disallow-expired: refuses one that has expired, needed or not", async () => {
  const expired = exempting({ expires: "2020-01-31" });
  expect((await evaluate(writable(), expired)).findings).toEqual([
    finding,
    "exemption-entry-disallow-expired",
  ]);
  const { findings, messages } = await evaluate(container(), expired);
  expect(findings).toEqual(["exemption-entry-disallow-expired", "exemption-entry-disallow-unused"]);
  expect(messages.join()).toContain(`the exemption of web from ${finding} (platform) expired on 2020-01-31`);
});

test("says what is required, of which exemption", async () => {
  const { messages } = await evaluate(container(), exempting({ expires: "2020-01-31" }));
  expect(messages.join()).toContain("exemption of web: the exemption of web");
  expect(messages.join()).toContain("required: a new decision, or none.");
  expect(messages.join()).toContain("required: no exemption.");
});

test("lets one hold on its last day", async () => {
  const today = exempting({ expires: new Date().toISOString().slice(0, 10) });
  expect((await evaluate(writable(), today)).findings).toEqual([]);
});

test("says nothing of one whose resource wasn't looked at, as in an update of a few targets", async () => {
  await evaluate({ ...container(), name: "worker" }, exempting({ resource: "elsewhere" }));
  const { findings } = await evaluateStack([{ ...container(), name: "web" }], exempting());
  expect(findings).not.toContain("exemption-entry-disallow-unused");
});

test("says nothing of one that is needed, nor of an earlier evaluation's", async () => {
  await evaluate(container(), exempting());
  expect((await evaluate(writable(), exempting())).findings).toEqual([]);
  expect((await evaluate(container())).findings).toEqual([]);
});
