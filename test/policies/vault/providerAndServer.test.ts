import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { secret, unknownValue, type TestedResource } from "../evaluate";

const provider = (props: object): TestedResource => ({ type: "pulumi:providers:vault", props: { ...props } });
const server = (content: string) =>
  container((props) => (props.uploads = [{ file: "/vault/config/vault.hcl", content }]));
const hcl = (storage: string, listener: string) =>
  `storage "${storage}" {\n  path = "/vault/file"\n}\nlistener "tcp" {\n  address = "0.0.0.0:8200"\n  ${listener}\n}\n`;

describe("vault-provider-require-tls", () => {
  refuses("vault-provider-require-tls", {
    "an http address": () => provider({ address: "http://vault:8200" }),
    "verification turned off": () => provider({ address: "https://vault:8200", skipTlsVerify: "true" }),
    "verification unknown until deployed": () =>
      provider({ address: "https://vault:8200", skipTlsVerify: unknownValue }),
  });
});

describe("vault-storage-require-persistence", () => {
  refuses("vault-storage-require-persistence", {
    "in-memory storage": () => server(hcl("inmem", 'tls_min_version = "tls13"')),
    "no storage": () => server(hcl("file", "").replace(/^storage.*?^}$/ms, "")),
    "in-memory storage, called backend": () => server(hcl("inmem", "").replace("storage", "backend")),
    "in-memory storage in an environment value": () =>
      container((props) =>
        props.envs.push(
          `VAULT_LOCAL_CONFIG=${JSON.stringify({ storage: { inmem: {} }, listener: { tcp: {} } })}`,
        ),
      ),
  });
});

describe("vault-listener-require-tls", () => {
  refuses("vault-listener-require-tls", {
    "TLS turned off": () => server(hcl("file", "tls_disable = true")),
    "TLS 1.1": () => server(hcl("file", 'tls_min_version = "tls11"')),
    "TLS turned off by 1": () => server(hcl("file", 'tls_disable = "1"')),
    "TLS turned off in a secret file": () => server(secret(hcl("file", "tls_disable = 1"))),
    "TLS turned off in JSON": () =>
      container((props) =>
        props.envs.push(
          `VAULT_LOCAL_CONFIG=${JSON.stringify({ storage: { file: {} }, listener: { tcp: { tls_disable: true } } })}`,
        ),
      ),
  });
});

accepts({
  "an https address": () => provider({ address: "https://vault:8200" }),
  "an address unknown until deployed": () => provider({ address: unknownValue }),
  "a server with storage and TLS": () => server(hcl("file", 'tls_cert_file = "/run/secrets/vault.crt"')),
  "storage in a file of its own": () =>
    container((props) => {
      const [storage, listener] = hcl("file", "").split(/(?<=\n)(?=listener)/);
      props.uploads = [
        { file: "/vault/config/storage.hcl", content: storage },
        { file: "/vault/config/listener.hcl", content: listener },
      ];
    }),
  "TLS explicitly on": () => server(hcl("file", "tls_disable = false")),
  "TLS turned off in a comment": () => server(hcl("file", "# tls_disable = true")),
  "a configuration unknown until deployed": () => server(unknownValue),
});
