import { randomBytes } from "node:crypto";
import { join } from "node:path";

import { findings, type Finding, type FindingId } from "../../../policies/findings";
import { container } from "../compliantContainer";
import { evaluate, evaluateStack, type TestedResource } from "../evaluate";
import { check } from "./checked";

const file = (stack: "before" | "after", name: string) => join(__dirname, "article", stack, name);
const secret = () => randomBytes(32).toString("base64url");

/** Numbers of the article's findings that these ids stand for. */
const articleOf = (ids: readonly string[]) =>
  [...new Set(ids.map((id) => (findings[id as FindingId] as Finding | undefined)?.frameworks.article))]
    .filter((number) => number !== undefined)
    .sort();

test("the article's stack before the sprint, as a compose file: all seven findings and the extras", () => {
  const { result, code } = check([file("before", "docker-compose.yml"), file("before", "deploy.yml")]);
  const ids = result.violations.map(({ finding }) => finding);
  expect(articleOf(ids)).toEqual([1, 2, 3, 4, 5, 6, 7, "extra"]);
  expect(ids).toEqual(
    expect.arrayContaining([
      "vault-server-disallow-dev-mode",
      "zitadel-admin-require-password-change",
      "secret-input-disallow-known-dev-value",
      "edge-rate-require-limits",
      "postgres-connection-disallow-superuser",
      "vault-network-require-isolation",
      "vault-client-disallow-static-token",
      "edge-header-require-csp",
      "edge-header-require-permissions-policy",
      "edge-header-require-hsts",
      "edge-header-disallow-shadowing",
      "container-image-disallow-latest",
      "workflow-registry-disallow-personal-token",
      "container-mount-disallow-docker-socket",
    ]),
  );
  expect(result.errors).toEqual([]);
  expect(code).toBe(1);
});

test("the article's stack after the sprint, as a compose file: none", () => {
  const variables = {
    IMAGE_TAG: randomBytes(20).toString("hex"),
    OAUTH_JWT_SECRET: secret(),
    VAULT_JWT_SECRET: secret(),
    VAULT_SECRET_ID: secret(),
    POSTGRES_PASSWORD: secret(),
    ZITADEL_MASTERKEY: secret(),
    ZITADEL_STEPS: `FirstInstance:\n  Org:\n    Human:\n      Password: ${secret()}\n`,
  };
  const { result, code } = check(
    [file("after", "docker-compose.yml"), file("after", "deploy.yml")],
    variables,
  );
  expect(result).toEqual({ violations: [], exempted: [], errors: [] });
  expect(code).toBe(0);
});

/** The same stack as a Pulumi program declares it. `platform.test.ts` is the one after: this project's own. */
const before: TestedResource[] = [
  container((props) =>
    Object.assign(props, { image: "hashicorp/vault:latest", command: ["server", "-dev"], mounts: [] }),
  ),
  container((props) => props.envs.push("ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORDCHANGEREQUIRED=false")),
  container((props) =>
    props.envs.push("OAUTH_JWT_SECRET=dev-oauth-jwt-secret-change-in-prod", "VAULT_TOKEN=root"),
  ),
  container((props) => props.volumes.push({ hostPath: "/var/run/docker.sock", containerPath: "/s" })),
  container(
    (props) =>
      (props.uploads = [
        { file: "/n", content: "server { listen 443 ssl; location / { proxy_pass http://a; } }" },
      ]),
  ),
  {
    type: "postgresql:index/grant:Grant",
    props: {
      role: "apexmcp_app",
      objectType: "table",
      objects: ["audit_logs"],
      privileges: ["INSERT", "DELETE", "TRUNCATE"],
    },
  },
].map((resource, index) => ({ ...resource, name: `r${index}` }));

test("the article's stack before the sprint, as a Pulumi program: all seven findings and the extras", async () => {
  const each = await Promise.all(before.map((resource) => evaluate(resource)));
  const together = await evaluateStack(before);
  const ids = [...each, together].flatMap(({ findings: found }) => found);
  expect(ids).toEqual(
    expect.arrayContaining([
      "vault-server-disallow-dev-mode",
      "zitadel-admin-require-password-change",
      "secret-input-disallow-known-dev-value",
      "edge-rate-require-limits",
      "postgres-audit-disallow-modification",
      "vault-network-require-isolation",
      "vault-client-disallow-static-token",
      "edge-header-require-permissions-policy",
      "edge-header-require-hsts",
      "container-image-disallow-latest",
      "container-mount-disallow-docker-socket",
    ]),
  );
  expect(articleOf(ids)).toEqual([1, 2, 3, 4, 5, 6, 7, "extra"]);
});
