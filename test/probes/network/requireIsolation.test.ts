import type { Docker } from "../../../probes/docker";
import { reachable } from "../../../probes/network/reach";
import { requireIsolation } from "../../../probes/network/requireIsolation";
import { compliantTarget } from "../compliantTarget";

describe.each(["node", "curl"] as const)("reaching with %s", (tool) => {
  it("is an error when the tool says nothing", async () => {
    const mute: Docker = () => Promise.resolve({ exitCode: 0, stdout: "", stderr: "" });
    await expect(reachable(mute, { container: "c", tool }, ["10.0.0.1:80"])).rejects.toThrow(
      "nothing was told in c about 10.0.0.1:80",
    );
  });
});

/** An engine where exactly these attempts succeed: `gateway postgres:5432`. */
function networkWith(open: string[], asked: string[] = []): Docker {
  return (all) => {
    const beside = all.find((it) => it.startsWith("--network=container:"))?.split(":")[1];
    const [container, tool = "", ...args] = beside ? [beside, "curl", ...all] : all.slice(1);
    const endpoints =
      tool === "node" ? args.slice(2) : args.flatMap((it) => /^http:\/\/(.*)\/$/.exec(it)?.[1] ?? []);
    asked.push(...endpoints.map((endpoint) => `${container} ${endpoint}`));
    const lines = endpoints.map((endpoint) => {
      const isOpen = open.includes(`${container?.replace("apexmcp-test-", "")} ${endpoint}`);
      return tool === "node"
        ? `${isOpen ? "open" : "closed"} ${endpoint}`
        : `${isOpen ? 0.001 : 0} http://${endpoint}/`;
    });
    return Promise.resolve({ exitCode: 0, stdout: lines.join("\n"), stderr: "" });
  };
}

describe("network-segment-require-isolation", () => {
  const allowed = [
    "gateway 10.0.1.3:5432",
    "edge 10.0.0.6:8080",
    "broker 10.0.2.2:8200",
    "zitadel 10.0.1.3:5432",
  ];

  it("passes when only what is allowed answers", async () => {
    const asked: string[] = [];
    expect(await requireIsolation.run(compliantTarget(networkWith(allowed, asked)))).toMatchObject({
      outcome: "pass",
    });
    expect(asked).toEqual(
      expect.arrayContaining([
        "apexmcp-test-gateway vault:8200",
        "apexmcp-test-gateway apexmcp-test-vault:8200",
        "apexmcp-test-gateway 10.0.2.2:8200",
        "apexmcp-test-gateway 10.0.3.2:8200",
        "apexmcp-test-edge 10.0.1.3:5432",
        "apexmcp-test-edge 10.0.4.1:18200",
      ]),
    );
  });

  it.each(["vault:8200", "10.0.3.2:8200", "apexmcp-test-vault:8200"])(
    "fails when the gateway reaches %s",
    async (leak) => {
      const target = compliantTarget(networkWith([...allowed, `gateway ${leak}`]));
      expect(await requireIsolation.run(target)).toMatchObject({
        outcome: "fail",
        observed: expect.stringContaining(`gateway reaches ${leak}`) as string,
      });
    },
  );

  it.each([
    ["by the machine's address and the published port", "edge 10.0.4.1:18200"],
    ["on the admin network", "edge 10.0.3.3:5432"],
    ["to the broker", "edge 10.0.5.4:8090"],
    ["to Vault, from Zitadel", "zitadel 10.0.2.2:8200"],
    ["to the database, from the broker", "broker 10.0.1.3:5432"],
  ])("fails when something gets through %s", async (_, leak) => {
    expect(await requireIsolation.run(compliantTarget(networkWith([...allowed, leak])))).toMatchObject({
      outcome: "fail",
    });
  });

  it("can't tell when not even what is allowed answers", async () => {
    expect(await requireIsolation.run(compliantTarget(networkWith([])))).toMatchObject({ outcome: "error" });
  });
});
