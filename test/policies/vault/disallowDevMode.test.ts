import { accepts, refuses } from "../cases";
import { container, service } from "../compliantContainer";
import { evaluate, unknownValue, type TestedResource } from "../evaluate";

const image = `hashicorp/vault:1.21.0@sha256:${"b2".repeat(32)}`;

const vault = (command: unknown, change: object = {}): TestedResource =>
  container((props) => {
    delete props.entrypoints;
    Object.assign(props, { image, command, ...change });
  });

refuses("vault-server-disallow-dev-mode", {
  "server -dev": () => vault(["server", "-dev"]),
  "vault server --dev": () => vault(["vault", "server", "--dev"]),
  "-dev=true": () => vault(["server", "-dev=true"]),
  "-dev-tls": () => vault(["server", "-dev-tls"]),
  "a root token of dev mode": () => vault(["server", "-dev-root-token-id=x"]),
  "-dev in the entrypoint": () => vault([], { entrypoints: ["/bin/vault", "server", "-dev"] }),
  "-dev in a shell's command": () => vault(["sh", "-c", "exec vault server -log-level=info -dev"]),
  "-dev in another image": () => container((props) => (props.command = ["vault", "server", "-dev"])),
  "-dev in another image's shell command": () =>
    container((props) => (props.command = ["-c", "true; /bin/vault server -dev &"])),
  "no command, since the image's own is -dev": () => vault([]),
  "no command of OpenBao": () => vault([], { image: image.replace("hashicorp/vault", "openbao/openbao") }),
  "a command unknown until deployed": () => vault(unknownValue),
  "a word unknown until deployed": () => vault(["server", unknownValue]),
  "a dev variable": () =>
    vault(["server", "-config=/vault/config"], { envs: ["VAULT_DEV_LISTEN_ADDRESS=0.0.0.0:8200"] }),
  "a service in dev mode": () =>
    service((spec) => Object.assign(spec, { image, commands: ["vault"], args: ["server", "-dev"] })),
  "a service's dev variable": () =>
    service((spec) =>
      Object.assign(spec, {
        image,
        args: ["server", "-config=/c"],
        env: { VAULT_DEV_LISTEN_ADDRESS: unknownValue },
      }),
    ),
});

accepts({
  "a server with a configuration": () => vault(["server", "-config=/vault/config"]),
  "-dev=false": () => vault(["server", "-dev=false", "-config=/vault/config"]),
  "Vault's agent": () => vault(["agent", "-config=/vault/config"]),
  "the file of a developer": () => vault(["server", "-config=/vault/config/dev.hcl"]),
  "another program's -dev": () => container((props) => (props.command = ["-dev"])),
  "another program's unknown command": () => container((props) => (props.command = unknownValue)),
  "an image that is built on Vault's name": () =>
    vault([], { image: image.replace("hashicorp/vault", "hashicorp/vault-secrets-operator") }),
});

test("doesn't show the root token", async () => {
  const { messages } = await evaluate(vault(["server", "-dev-root-token-id=hvs.kX81"]));
  expect(messages[0]).toContain("-dev-root-token-id");
  expect(messages.join()).not.toContain("hvs.kX81");
});
