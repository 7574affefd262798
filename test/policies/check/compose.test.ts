import { randomBytes } from "node:crypto";

import { violationsOf } from "./checked";
import { compliantCompose as compliant, digest } from "./compliantCompose";

const generated = randomBytes(24).toString("base64url");

const compose = (settings: string, sections?: string, others: Record<string, string> = {}) => ({
  "compose.yml": compliant(settings, sections),
  ...others,
});

test("accepts a compliant service", () => {
  expect(violationsOf(compose(""))).toEqual({ violations: [], errors: [], code: 0 });
});

test.each<[string, string, string[]]>([
  ["privileged", "    privileged: true", ["18 container-process-disallow-privileged web"]],
  ["the host's network", "    network_mode: host", ["18 container-namespace-disallow-host web"]],
  ["the host's PIDs", "    pid: host", ["18 container-namespace-disallow-host web"]],
  ["the host's UTS namespace", "    uts: host", ["18 container-namespace-disallow-host web"]],
  ["the host's users", "    userns_mode: host", ["18 container-namespace-disallow-host web"]],
  [
    "the engine's socket",
    "    volumes:\n      - /var/run/docker.sock:/s",
    ["19 container-mount-disallow-docker-socket web"],
  ],
  [
    "the engine's socket, in the long form",
    "    volumes:\n      - type: bind\n        source: /run/docker.sock\n        target: /s",
    ["19 container-mount-disallow-docker-socket web"],
  ],
  [
    "the engine's socket, by compose's own switch",
    "    use_api_socket: true",
    ["18 container-mount-disallow-docker-socket web"],
  ],
  [
    "a sensitive path",
    "    volumes: ['/etc:/host-etc:ro']",
    ["18 container-mount-disallow-sensitive-path web"],
  ],
  [
    "a shared mount",
    "    volumes: ['/srv/data:/data:rshared']",
    ["18 container-mount-disallow-shared-propagation web"],
  ],
  ["a device", "    devices: ['/dev/sda:/dev/sda:r']", ["18 container-device-disallow-host web"]],
  ["a rule for devices", "    device_cgroup_rules: ['c 1:3 mr']", ["18 container-device-disallow-host web"]],
  [
    "a command run as root, from outside",
    "    post_start:\n      - command: ./chown.sh\n        user: root",
    ["19 container-hook-disallow-privileged web"],
  ],
  [
    "a privileged command, from outside",
    "    pre_stop:\n      - command: ./stop.sh\n        privileged: true",
    ["19 container-hook-disallow-privileged web"],
  ],
  [
    "a privileged build",
    "    build:\n      context: .\n      privileged: true",
    ["20 image-build-disallow-privilege web"],
  ],
  [
    "a build in the host's network",
    "    build:\n      context: .\n      network: host",
    ["20 image-build-disallow-privilege web"],
  ],
  ["a capability", "    cap_add: [SYS_ADMIN]", ["18 container-capability-require-drop-all web"]],
  ["a cgroup", "    cgroup_parent: /other", ["18 container-cgroup-disallow-custom-parent web"]],
  [
    "Vault in dev mode",
    "    environment:\n      VAULT_DEV_LISTEN_ADDRESS: 0.0.0.0:8200",
    ["19 vault-server-disallow-dev-mode web"],
  ],
  [
    "a published secret in a map",
    "    environment:\n      A: b\n      JWT_SECRET: dev-oauth-jwt-secret-change-in-prod",
    ["20 secret-input-disallow-known-dev-value web"],
  ],
  [
    "a published secret in a list",
    "    environment:\n      - A=b\n      - JWT_SECRET=dev-oauth-jwt-secret-change-in-prod",
    ["20 secret-input-disallow-known-dev-value web"],
  ],
  [
    "a published secret as a default",
    "    environment:\n      JWT_SECRET: ${JWT_SECRET:-dev-oauth-jwt-secret-change-in-prod}",
    ["19 secret-input-disallow-known-dev-value web"],
  ],
  [
    "a generated secret",
    `    environment:\n      JWT_SECRET: ${generated}`,
    ["19 container-environment-disallow-secret web"],
  ],
  [
    "a secret of the deployer's environment",
    "    environment:\n      - JWT_SECRET",
    ["19 container-environment-disallow-secret web"],
  ],
  [
    "a secret by a variable",
    "    environment:\n      JWT_SECRET: ${JWT_SECRET}",
    ["19 container-environment-disallow-secret web"],
  ],
  [
    "a secret in a label",
    `    labels:\n      api-token: ${generated}`,
    ["19 container-label-disallow-secret web"],
  ],
  [
    "a secret in a build argument",
    `    build:\n      context: .\n      args:\n        NPM_TOKEN: ${generated}`,
    ["20 image-build-disallow-secret-argument web"],
  ],
])("finds %s, and its line", (_what, settings, expected) => {
  expect(violationsOf(compose(settings))).toEqual({ violations: expected, errors: [], code: 1 });
});

test.each<[string, string, string, string[]]>([
  [
    "an image without a tag",
    "image: nginx:1.28.0",
    "image: nginx",
    ["4 container-image-disallow-latest web"],
  ],
  ["no user", 'user: "101:101"', "x-a: b", ["3 container-process-require-non-root web"]],
  ["no read-only root", "read_only: true", "x-a: b", ["3 container-filesystem-require-read-only web"]],
  ["no dropped capabilities", "cap_drop: [ALL]", "x-a: b", ["3 container-capability-require-drop-all web"]],
  [
    "no network of its own",
    "networks: [edge]",
    "x-a: b",
    ["3 container-network-disallow-default-bridge web"],
  ],
  [
    "endless restarts",
    "restart: on-failure:5",
    "restart: always",
    ["10 container-restart-limit-retries web"],
  ],
  ["no memory limit", "mem_limit: 256m", "x-a: b", ["3 container-resource-require-limits web"]],
  ["no limit of processes", "pids_limit: 64", "x-a: b", ["3 container-resource-require-limits web"]],
  [
    "a healthcheck turned off",
    "test: curl -f https://localhost:8443/",
    "disable: true",
    ["14 container-health-require-healthcheck web"],
  ],
  [
    "a port on all interfaces",
    "127.0.0.1:8443:8443",
    "8443:8443",
    ["16 container-port-disallow-all-interfaces web"],
  ],
  [
    "a random port on all interfaces",
    "127.0.0.1:8443:8443",
    "8443",
    ["16 container-port-disallow-all-interfaces web"],
  ],
  [
    "a privileged port",
    "127.0.0.1:8443:8443",
    "127.0.0.1:22:22",
    ["16 container-port-disallow-privileged web"],
  ],
  [
    "a privileged port of a range, in IPv6",
    "127.0.0.1:8443:8443",
    "[::1]:21-22:21-22",
    ["16 container-port-disallow-privileged web", "16 container-port-disallow-privileged web"],
  ],
  [
    "Vault's dev mode",
    "command: nginx -g 'daemon off;'",
    'command: vault server "-dev"',
    ["17 vault-server-disallow-dev-mode web"],
  ],
])("finds %s", (_what, written, instead, expected) => {
  const text = compliant()
    .replace(written, instead)
    .replace(instead === "image: nginx" ? `@${digest}` : "", "");
  expect(violationsOf({ "compose.yml": text }).violations).toEqual(expected);
});

test("takes the limits of version 3", () => {
  const text = compliant("    deploy:\n      resources:\n        limits: { memory: 256M, cpus: '0.5', pids: 64 }\n      restart_policy: { condition: on-failure, max_attempts: 5 }")
    .replace("mem_limit: 256m", "x-a: b").replace('cpus: "0.5"', "x-b: b").replace("pids_limit: 64", "x-c: b").replace("restart: on-failure:5", "x-d: b"); // prettier-ignore
  expect(violationsOf({ "compose.yml": `version: "3.8"\n${text}` })).toEqual({
    violations: [],
    errors: [],
    code: 0,
  });
});

test("takes ports in the long form", () => {
  const long = (address: string) =>
    compliant().replace('["127.0.0.1:8443:8443"]', `[{ target: 8443, published: "8443"${address} }]`);
  expect(violationsOf({ "compose.yml": long(", host_ip: 127.0.0.1") }).violations).toEqual([]);
  expect(violationsOf({ "compose.yml": long("") }).violations).toEqual([
    "16 container-port-disallow-all-interfaces web",
  ]);
});

test("fills variables in from the environment, then .env, then their defaults", () => {
  const files = compose("    privileged: ${PRIVILEGED:-false}");
  expect(violationsOf(files).code).toBe(0);
  expect(violationsOf({ ...files, ".env": "PRIVILEGED=true" }).violations).toEqual([
    "18 container-process-disallow-privileged web",
  ]);
  expect(violationsOf({ ...files, ".env": "PRIVILEGED=true" }, { PRIVILEGED: "false" }).code).toBe(0);
});

test("refuses an image that a variable without a value makes", () => {
  const text = compliant().replace(`nginx:1.28.0@${digest}`, "$IMAGE");
  expect(violationsOf({ "compose.yml": text }).violations).toEqual(["4 container-image-disallow-latest web"]);
  expect(violationsOf({ "compose.yml": text }, { IMAGE: `nginx:1.28.0@${digest}` }).code).toBe(0);
});

test("reads env_file, under environment", () => {
  const dev = "JWT_SECRET=dev-oauth-jwt-secret-change-in-prod\n";
  const files = (settings: string) => compose(`    env_file: ${settings}`, "", { "dev.env": dev });
  expect(violationsOf(files("dev.env")).violations).toEqual(["18 secret-input-disallow-known-dev-value web"]);
  expect(violationsOf(files("[{ path: dev.env }]")).violations).toHaveLength(1);
  expect(violationsOf(files("dev.env\n    environment: { JWT_SECRET: /run/secrets/x }")).code).toBe(0);
  expect(violationsOf(files("[{ path: gone.env, required: false }]")).code).toBe(0);
  const { errors, code } = violationsOf(files("gone.env"));
  expect(errors).toEqual([expect.stringMatching(/^compose.yml:18: .*gone.env doesn't exist$/)]);
  expect(code).toBe(2);
});

test("merges what a service extends, of the same file and of another", () => {
  const base = compliant("    privileged: true").replace("web:", "base:");
  const same = base.replace(
    "networks:\n  edge",
    "  web:\n    extends: base\n    privileged: false\nnetworks:\n  edge",
  );
  expect(violationsOf({ "compose.yml": same }).violations).toEqual([
    "18 container-process-disallow-privileged base",
  ]);
  const other =
    "services:\n  web:\n    extends:\n      file: base.yml\n      service: base\n    ports: ['8080:80']\n";
  expect(violationsOf({ "compose.yml": other, "base.yml": base }).violations).toEqual([
    "6 container-port-disallow-all-interfaces web",
    "18 container-process-disallow-privileged web",
  ]);
});

test("reads what a file includes", () => {
  const files = {
    "compose.yml": "include: [other.yml]\nservices: {}\n",
    "other.yml": compliant("    privileged: true"),
  };
  expect(violationsOf(files).violations).toEqual(["18 container-process-disallow-privileged web"]);
});

test("resolves anchors and merge keys, with the line of what they say", () => {
  const text = compliant()
    .replace("services:", "x-base: &base\n  privileged: true\nservices:")
    .replace("    image:", "    <<: *base\n    image:");
  expect(violationsOf({ "compose.yml": text }).violations).toEqual([
    "3 container-process-disallow-privileged web",
  ]);
  const overridden = text.replace("    <<: *base", "    <<: *base\n    privileged: false");
  expect(violationsOf({ "compose.yml": overridden }).code).toBe(0);
});

test("reads configuration that a service gets as a file", () => {
  const nginx = "server {\n  listen 443 ssl;\n}\n";
  const finding = expect.stringContaining("edge-header-require-hsts web") as unknown;
  const others = { "nginx.conf": nginx };
  expect(
    violationsOf(compose("    configs: [nginx]", "configs:\n  nginx: { file: nginx.conf }", others))
      .violations,
  ).toContainEqual(finding);
  expect(
    violationsOf(compose("    configs: [nginx]", `configs:\n  nginx:\n    content: ${JSON.stringify(nginx)}`))
      .violations,
  ).toContainEqual(finding);
  expect(
    violationsOf(compose("    volumes: ['./nginx.conf:/etc/nginx/nginx.conf:ro']", "", others)).violations,
  ).toContainEqual(finding);
});

test("finds a development value in a secret's file, and none that isn't there", () => {
  const files = compose("    secrets: [db_password]", "secrets:\n  db_password: { file: db_password.txt }");
  expect(violationsOf(files).code).toBe(0);
  expect(violationsOf({ ...files, "db_password.txt": "changeme\n" }).violations).toEqual([
    expect.stringContaining("secret-input-disallow-known-dev-value web"),
  ]);
});
