import { Segments } from "../../../components/network/segments";
import { named, recordResources } from "../recordedResources";

const masquerade = "com.docker.network.bridge.enable_ip_masquerade";
const interContainer = "com.docker.network.bridge.enable_icc";
const record = () => recordResources(() => new Segments("network", { stackName: "acme" }));

it.each(["edge", "data", "broker", "vault"])("keeps the %s segment internal", async (segment) => {
  expect(named(await record(), `network-${segment}`)).toMatchObject({
    name: `acme-${segment}`,
    internal: true,
  });
});

it("lets only the egress segment lead out", async () => {
  const leadOut = (await record())
    .map(({ inputs }) => inputs as { name: string; internal?: boolean; options?: Record<string, string> })
    .filter(({ internal, options }) => !internal && options?.[masquerade] !== "false");
  expect(leadOut.map(({ name }) => name)).toEqual(["acme-egress"]);
});

it.each(["egress", "admin"])(
  "keeps containers on the %s segment from reaching each other",
  async (segment) => {
    expect(named(await record(), `network-${segment}`)["options"]).toMatchObject({
      [interContainer]: "false",
    });
  },
);
