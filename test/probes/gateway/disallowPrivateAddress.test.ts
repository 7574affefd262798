import { checkUrlCommand } from "../../../apps/gateway/src/commands/checkUrl";
import { AddressPolicy } from "../../../apps/gateway/src/egress/addressPolicy";
import { createResolve } from "../../../apps/gateway/src/egress/resolver";
import { UrlGuard } from "../../../apps/gateway/src/egress/urlGuard";
import type { Docker } from "../../../probes/docker";
import { disallowPrivateAddress } from "../../../probes/gateway/disallowPrivateAddress";
import { compliantTarget, containerIn } from "../compliantTarget";

/** The gateway's own command, with the settings of an operator. */
const gateway =
  (allow: string[], deny: string[] = []): Docker =>
  async (args) => {
    const lines: string[] = [];
    const guard = new UrlGuard(new AddressPolicy({ allow, deny, own: [] }), createResolve());
    const urls = args.slice(args.indexOf("check-url") + 1);
    const exitCode = await checkUrlCommand(urls, guard, (line) => lines.push(line));
    return { exitCode, stdout: `${lines.join("\n")}\n`, stderr: "" };
  };

const run = (docker: Docker) => {
  const target = compliantTarget(docker);
  Object.values(containerIn(target, "vault").inspection.NetworkSettings.Networks)[0]!.IPAddress =
    "172.20.0.2";
  return disallowPrivateAddress.run(target);
};

describe("gateway-connector-disallow-private-address", () => {
  it("passes when every internal address is refused, those of the stack among them", async () => {
    expect(await run(gateway([]))).toMatchObject({
      outcome: "pass",
      observed: expect.stringMatching(/^\d\d internal addresses are refused/) as string,
    });
  });

  it.each([
    ["the address of cloud metadata", "169.254.169.254/32", "https://169.254.169.254/latest/meta-data/"],
    ["a container of the stack", "172.20.0.0/16", "https://172.20.0.2/"],
  ])("fails when the settings let %s in, and names it", async (_, cidr, url) => {
    expect(await run(gateway([cidr]))).toMatchObject({
      outcome: "fail",
      observed: expect.stringContaining(url) as string,
    });
  });

  it("is an error when everything is refused, or nothing is answered", async () => {
    await expect(run(gateway([], ["1.1.1.1/32"]))).rejects.toThrow("refuses https://1.1.1.1/ too");
    const broken = () => Promise.resolve({ exitCode: 2, stdout: "", stderr: "EGRESS_ALLOW_CIDRS holds 'x'" });
    await expect(run(broken)).rejects.toThrow("EGRESS_ALLOW_CIDRS");
  });
});
