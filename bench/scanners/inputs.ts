import { randomBytes } from "node:crypto";

import type { FindingId } from "../../policies/findings";
import { compliantCompose, digest } from "../../test/policies/check/compliantCompose";

/** A file that has one thing wrong, beside the same without it: a change of the compliant one. */
export interface Input {
  /** Where scanners look for this kind of file. */
  readonly path: string;
  readonly bad: string;
}

const generated = randomBytes(24).toString("base64url");
const sha = "de0fac2e4500dabe0009e67214ff5f5447ce83dd";

/** The compliant files, by the path where scanners look for them. */
export const good = {
  "docker-compose.yml": compliantCompose(),
  ".github/workflows/ci.yml": `name: ci
on: { pull_request: {} }
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    permissions: { contents: read }
    steps:
      - uses: actions/checkout@${sha}
        with: { persist-credentials: false }
      - run: make test
`,
} as const;

const compose = (change: (text: string) => string): Input => ({
  path: "docker-compose.yml",
  bad: change(good["docker-compose.yml"]),
});
/** Settings of the service. */
const service = (settings: string, without = /^$/) =>
  compose((text) => text.replace(without, "").replace("    networks:", `${settings}    networks:`));
const lacking = (setting: string) =>
  compose((text) => text.replace(new RegExp(`^    ${setting}:.*\n(      .*\n)*`, "m"), ""));
const environment = (name: string, value: string) => service(`    environment: { ${name}: "${value}" }\n`);
const workflow = (from: string, to: string): Input => {
  const path = ".github/workflows/ci.yml";
  return { path, bad: good[path].replace(from, to) };
};
const nginx = (server: string) =>
  compose((text) =>
    text
      .replace("    networks:", "    configs: [nginx]\n    networks:")
      .concat(`configs:\n  nginx:\n    content: 'http { server { listen 8443 ssl; ${server} } }'\n`),
  );
const hsts = 'add_header Strict-Transport-Security "max-age=31536000" always;';
const permissions =
  'add_header Permissions-Policy "camera=(), microphone=(), geolocation=(), payment=()" always;';
const vaultServer = (listener: string, storage = 'storage "file" { path = "/vault/file" }') =>
  compose((text) =>
    text
      .replace("    networks:", "    configs: [vault]\n    networks:")
      .concat(`configs:\n  vault:\n    content: 'listener "tcp" { ${listener} } ${storage}'\n`),
  );

/** The bad files, by what is wrong with them. Resources that no file of a scanner declares have none. */
export const inputs: Readonly<Partial<Record<FindingId, Input>>> = {
  "container-image-disallow-latest": compose((text) => text.replace(`:1.28.0@${digest}`, ":latest")),
  "container-image-require-digest": compose((text) => text.replace(`@${digest}`, "")),
  "container-mount-disallow-docker-socket": service(
    "    volumes: ['/var/run/docker.sock:/var/run/docker.sock']\n",
  ),
  "container-port-disallow-all-interfaces": compose((text) => text.replace("127.0.0.1:8443", "8443")),
  "container-mount-disallow-sensitive-path": service("    volumes: ['/etc:/host:ro']\n"),
  "container-mount-disallow-shared-propagation": service("    volumes: ['/srv/data:/data:rshared']\n"),
  "container-port-disallow-privileged": compose((text) => text.replace("127.0.0.1:8443", "127.0.0.1:22")),
  "container-device-disallow-host": service("    devices: ['/dev/sda:/dev/sda:r']\n"),
  "container-network-disallow-default-bridge": lacking("networks"),
  "container-volume-disallow-sharing": compose((text) => {
    const [, body] = / {2}web:\n([^]*?)networks:\n {2}edge/.exec(text)!;
    const mounted = body!.replace("    networks:", "    volumes: ['shared:/data']\n    networks:");
    const other = mounted.replace("127.0.0.1:8443:8443", "127.0.0.1:9443:8443");
    return text.replace(body!, `${mounted}  other:\n${other}`).concat("volumes: { shared: {} }\n");
  }),
  "container-process-disallow-privileged": service("    privileged: true\n"),
  "container-namespace-disallow-host": service("    pid: host\n"),
  "container-process-require-non-root": lacking("user"),
  "container-filesystem-require-read-only": lacking("read_only"),
  "container-capability-require-drop-all": lacking("cap_drop"),
  "container-process-require-no-new-privileges": lacking("security_opt"),
  "container-resource-require-limits": lacking("mem_limit"),
  "container-health-require-healthcheck": lacking("healthcheck"),
  "container-security-disallow-unconfined": compose((text) =>
    text.replace('"no-new-privileges:true"', '"no-new-privileges:true", "seccomp:unconfined"'),
  ),
  "container-process-disallow-sshd": compose((text) =>
    text.replace("nginx -g 'daemon off;'", "/usr/sbin/sshd -D"),
  ),
  "container-restart-limit-retries": compose((text) => text.replace("on-failure:5", "always")),
  "container-cgroup-disallow-custom-parent": service("    cgroup_parent: /other\n"),
  "container-ulimit-disallow-unlimited": service("    ulimits: { nofile: -1 }\n"),
  "container-hook-disallow-privileged": service(
    "    post_start: [{ command: ./chown.sh, user: root, privileged: true }]\n",
  ),
  "container-environment-disallow-secret": environment("DB_PASSWORD", "${DB_PASSWORD}"),
  "container-label-disallow-secret": service(`    labels: { "api-token": "${generated}" }\n`),
  "container-command-disallow-secret": compose((text) =>
    text.replace("nginx -g 'daemon off;'", `serve --token=${generated}`),
  ),
  "secret-input-disallow-known-dev-value": environment(
    "OAUTH_JWT_SECRET",
    "dev-oauth-jwt-secret-change-in-prod",
  ),
  "image-build-disallow-secret-argument": service(
    "    build: { context: ., args: { NPM_TOKEN: '${NPM_TOKEN}' } }\n",
  ),
  "image-build-disallow-privilege": service("    build: { context: ., network: host }\n"),
  "vault-server-disallow-dev-mode": compose((text) =>
    text.replace("nginx -g 'daemon off;'", "vault server -dev"),
  ),
  "vault-storage-require-persistence": vaultServer('address = "0.0.0.0:8200"', 'storage "inmem" {}'),
  "vault-listener-require-tls": vaultServer("tls_disable = true"),
  "vault-lease-limit-ttl": vaultServer(
    'address = "0.0.0.0:8200"',
    'storage "file" { path = "/vault/file" } max_lease_ttl = "87600h"',
  ),
  "vault-client-disallow-static-token": environment("VAULT_TOKEN", "/run/secrets/vault-token"),
  "postgres-connection-disallow-superuser": environment("DATABASE_URL", "postgresql://postgres@db/app"),
  "postgres-connection-require-tls": environment("PGSSLMODE", "disable"),
  "postgres-authentication-require-scram": environment("POSTGRES_HOST_AUTH_METHOD", "trust"),
  "zitadel-admin-require-own-password": compose((text) =>
    text
      .replace(`nginx:1.28.0@${digest}`, `ghcr.io/zitadel/zitadel:v4.7.0@${digest}`)
      .replace("nginx -g 'daemon off;'", "start-from-init"),
  ),
  "zitadel-admin-require-password-change": environment(
    "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORDCHANGEREQUIRED",
    "false",
  ),
  "zitadel-instance-require-tls": environment("ZITADEL_EXTERNALSECURE", "false"),
  "zitadel-token-limit-life": environment(
    "ZITADEL_FIRSTINSTANCE_ORG_MACHINE_PAT_EXPIRATIONDATE",
    "2999-01-01T00:00:00Z",
  ),
  "edge-header-require-hsts": nginx(permissions),
  "edge-header-require-csp": nginx(`${hsts} ${permissions} location / { root /srv/web; }`),
  "edge-header-require-permissions-policy": nginx(hsts),
  "edge-header-disallow-shadowing": nginx(
    `${hsts} ${permissions} location / { add_header X-A 1; return 204; }`,
  ),
  "edge-rate-require-limits": nginx(`${hsts} ${permissions} location / { proxy_pass http://a; }`),
  "workflow-action-require-pin": workflow(`checkout@${sha}`, "checkout@v6"),
  "workflow-token-limit-permissions": workflow("permissions: {}", "permissions: write-all"),
  "workflow-script-disallow-injection": workflow(
    "make test",
    'echo "${{ github.event.pull_request.title }}"',
  ),
  "workflow-trigger-disallow-untrusted": workflow("pull_request: {}", "pull_request_target: {}"),
  "workflow-checkout-disallow-credentials": workflow("        with: { persist-credentials: false }\n", ""),
  "workflow-registry-disallow-personal-token": workflow(
    "make test",
    'echo "${{ secrets.GHCR_PAT }}" | docker login ghcr.io -u x --password-stdin',
  ),
};
