import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { evaluateStack, type TestedResource } from "../evaluate";

const environment = (entry: string) => container((props) => props.envs.push(entry));

describe("vault-client-disallow-static-token", () => {
  refuses("vault-client-disallow-static-token", {
    "a token by a variable": () => environment("VAULT_TOKEN=${VAULT_TOKEN}"),
    "a shared secret by a variable": () => environment("X_VAULT_SECRET=${SECRET}"),
    "a token of OpenBao": () => environment("BAO_TOKEN=/run/secrets/token"),
  });
  accepts({
    "a file to log in with": () => environment("VAULT_SECRET_ID_FILE=/run/secrets/secret-id"),
    "Vault's address": () => environment("VAULT_ADDR=https://vault:8200"),
    "a variable that is empty": () => environment("VAULT_TOKEN="),
  });
});

describe("vault-network-require-isolation", () => {
  const attached = (name: string, image: string, ...networks: string[]): TestedResource => ({
    ...container((props) =>
      Object.assign(props, {
        image,
        mounts: [],
        networksAdvanced: networks.map((network) => ({ name: network })),
      }),
    ),
    name,
  });
  const network = (name: string, props: object = {}): TestedResource => ({
    type: "docker:index/network:Network",
    name: `segments-${name}`,
    props: { name, ...props },
  });
  const internal = [network("inside", { internal: true }), network("outside")];
  const admin = network("admin", { options: { "com.docker.network.bridge.enable_icc": "false" } });
  const vault = (...networks: string[]) => attached("vault", "hashicorp/vault:1.21.0", ...networks);
  const gateway = (...networks: string[]) => attached("gateway", "apexmcp/gateway:1.0.0", ...networks);

  test.each<[string, TestedResource[]]>([
    ["both on a network that leads out", [...internal, vault("outside"), gateway("outside")]],
    [
      "a container on Vault's network and one that leads out",
      [...internal, vault("inside"), gateway("inside", "outside")],
    ],
    ["a network that nothing declares", [vault("elsewhere"), gateway("elsewhere")]],
  ])("refuses %s", async (_what, resources) => {
    const { findings, messages } = await evaluateStack(resources);
    expect(findings).toEqual(["vault-network-require-isolation"]);
    expect(messages[0]).toContain("gateway: networks has");
  });

  test.each<[string, TestedResource[]]>([
    ["internal networks", [...internal, vault("inside"), gateway("inside")]],
    ["a container that doesn't reach Vault", [...internal, vault("inside"), gateway("outside")]],
    [
      "Vault on a network that leads out, alone",
      [...internal, vault("inside", "outside"), gateway("inside")],
    ],
    ["a network on which containers can't reach each other", [admin, vault("admin"), gateway("admin")]],
    ["no Vault", [...internal, gateway("inside", "outside")]],
  ])("accepts %s", async (_what, resources) => {
    expect((await evaluateStack(resources)).findings).toEqual([]);
  });
});
