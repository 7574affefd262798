import { execFileSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

import { Agent, request } from "undici";

import { nginxConfiguration } from "../../../components/edge/nginxConfiguration";
import { route as resource } from "../../../provider/edge/route";
import { routedSlot, routeTo, slots, type Slot } from "../../../provider/edge/routeFile";
import { nginxWith, RealNginx } from "../../support/realNginx";
import { stackImage } from "../../support/stackImage";
import { testSite } from "../../support/testSite";

jest.setTimeout(120_000);

const site = testSite({ gateway: "in-a:8443", gatewayB: "in-b:8443", bodyBytes: 2048 });

let nginx: RealNginx;
let agent: Agent;
let address: string;
const route = (slot: Slot) => ({
  volume: nginx.routeVolume,
  image: stackImage("nginx"),
  container: nginx.containerOf("edge"),
  slot,
});

beforeAll(async () => {
  nginx = await RealNginx.create();
  for (const slot of slots)
    await nginx.start(`in-${slot}`, nginxWith(`server { listen 8443; location / { return 200 ${slot}; } }`));
  address = await nginx.start("edge", nginxConfiguration(site));
  agent = new Agent({ connect: { ca: nginx.caCertificate } });
});
afterAll(async () => {
  await agent?.destroy();
  await nginx?.[Symbol.asyncDispose]();
});

/** A request that nginx never sends twice: which slot answered it, or the status of what else did. */
async function post(): Promise<string> {
  const options = { method: "POST" as const, body: "x", dispatcher: agent };
  const { statusCode, body } = await request(`https://${address}/`, options);
  const text = await body.text();
  return statusCode === 200 ? text : String(statusCode);
}

it("has the gateway in slot a asked until it is told otherwise", async () => {
  expect([await routedSlot(nginx.containerOf("edge")), await post()]).toEqual(["a", "a"]);
});

it("asks the other slot from one request to the next, so that the one before can be killed", async () => {
  let routed: Slot | undefined = "a";
  let done = false;
  const answers: { routed: Slot | undefined; answer: string }[] = [];
  const latest: (Slot | undefined)[] = [];
  const clients = Array.from({ length: 4 }, async (_, client) => {
    for (; !done; await sleep(60)) {
      const before = (latest[client] = routed);
      answers.push({ routed: before, answer: await post() });
    }
  });
  const nowRouted = async (slot: Slot | undefined) => {
    routed = slot;
    while (latest.some((it) => it !== slot)) await sleep(20); // what began before has ended
  };
  for (const [slot, other] of [
    ["b", "a"],
    ["a", "b"],
  ] as const) {
    await nowRouted(undefined);
    await routeTo(route(slot));
    await nowRouted(slot);
    execFileSync("docker", ["kill", nginx.containerOf(`in-${other}`)]);
    await sleep(1500);
    execFileSync("docker", ["start", nginx.containerOf(`in-${other}`)]);
  }
  done = true;
  await Promise.all(clients);
  const wrong = answers.filter(({ routed, answer }) =>
    routed === undefined ? !/^[ab]$/.test(answer) : answer !== routed,
  );
  expect(wrong).toEqual([]);
  expect(new Set(answers.map(({ routed }) => routed))).toEqual(new Set(["a", "b", undefined]));
});

it("is set again when nginx asks another slot than Pulumi recorded, or none", async () => {
  const messages: string[] = [];
  const log = { progress: () => undefined, info: (it: string) => messages.push(it), warn: () => undefined };
  const context = { urn: "urn", log };
  const inputs = resource.inputs.parse(route("b"));
  const { outputs } = await resource.create(inputs, context);
  const state = { ...inputs, ...outputs };
  expect(await resource.diff(state, inputs, [], context)).toEqual({ changes: false });

  await routeTo(route("a"));
  expect(await resource.diff(state, inputs, [], context)).toEqual({ changes: true });
  await resource.update(state, inputs, context);
  expect([await routedSlot(inputs.container), await post()]).toEqual(["b", "b"]);

  const gone = { ...inputs, container: "no-such-container" };
  expect(await resource.diff(state, gone, [], context)).toEqual({ changes: true });
  expect(messages).toHaveLength(2);
});
