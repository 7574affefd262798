import type { Grant } from "../../../../apps/gateway/src/auth/grant";
import type { Connector } from "../../../../apps/gateway/src/connectors/connectorStore";
import { Targets } from "../../../../apps/gateway/src/mcp/targets";

const grant: Grant = { actor: "agent:a", organisationId: "o", resource: "r", scopes: [] };
let connector: Connector | undefined;
let credential: Record<string, string> | undefined;
let now: number;
let asked: { database: number; broker: number };
let targets: Targets;

beforeEach(() => {
  connector = {
    ...{
      id: "c",
      organisationId: "o",
      name: "github",
      url: "https://x",
      allowHttp: false,
      hasCredential: true,
    },
    ...{ createdAt: new Date(0), updatedAt: new Date(0) },
  };
  credential = { authorization: "one" };
  now = 0;
  asked = { database: 0, broker: 0 };
  targets = new Targets(
    { byName: () => Promise.resolve((asked.database++, connector)) },
    { read: () => Promise.resolve((asked.broker++, credential)) },
    () => now,
  );
});

test("however many calls there are, the database is asked twice each 5 s and the broker each minute", async () => {
  for (now = 0; now < 60_000; now += 100) await targets.find(grant, "github");
  expect(asked).toEqual({ database: 24, broker: 1 });
  now = 61_000;
  await targets.find(grant, "github");
  expect(asked.broker).toBe(2);
});

test("calls at the same time ask once", async () => {
  await Promise.all(Array.from({ length: 100 }, () => targets.find(grant, "github")));
  expect(asked).toEqual({ database: 2, broker: 1 });
});

test("another replica's change of a connector is known within 5 s, with its credential", async () => {
  await targets.find(grant, "github");
  credential = { authorization: "two" };
  connector = { ...connector!, updatedAt: new Date(1) };
  now = 5001;
  expect((await targets.find(grant, "github"))?.credential).toEqual({ authorization: "two" });
  connector = undefined;
  now = 10_002;
  expect(await targets.find(grant, "github")).toBeUndefined();
});

test("a change made here is known at once", async () => {
  await targets.find(grant, "github");
  credential = { authorization: "two" };
  targets.forget(connector!);
  expect((await targets.find(grant, "github"))?.credential).toEqual({ authorization: "two" });
});

test("a connector whose credential is gone is not called without it, and is asked for again", async () => {
  credential = undefined;
  await expect(targets.find(grant, "github")).rejects.toThrow("give it again");
  credential = { authorization: "one" };
  expect(await targets.find(grant, "github")).toBeDefined();
});

test("a credential that was changed while it was read goes with the address it is for", async () => {
  const moved = { ...connector!, url: "https://y", updatedAt: new Date(1) };
  targets = new Targets(
    { byName: () => Promise.resolve(connector) },
    { read: () => ((connector = moved), Promise.resolve({ authorization: "for y" })) },
  );
  expect(await targets.find(grant, "github")).toEqual({
    connector: moved,
    credential: { authorization: "for y" },
  });
});

test("a connector that doesn't stop changing is not called", async () => {
  let changes = 0;
  targets = new Targets(
    { byName: () => Promise.resolve({ ...connector!, updatedAt: new Date(changes++) }) },
    { read: () => Promise.resolve({ authorization: "any" }) },
  );
  await expect(targets.find(grant, "github")).rejects.toThrow("no longer being changed");
});

test("another organisation's connector of the same name is another one", async () => {
  await targets.find(grant, "github");
  connector = undefined;
  expect(await targets.find({ ...grant, organisationId: "p" }, "github")).toBeUndefined();
});
