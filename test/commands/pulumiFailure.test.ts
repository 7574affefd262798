import { pulumiEnvironment, pulumiFailure } from "../../commands/pulumi";
import { stateIn } from "../../commands/state";

const state = stateIn("/any/state");

describe("what Pulumi said becomes a problem and a fix", () => {
  it.each([
    [
      "error: getting stack configuration: get stack secrets manager: incorrect passphrase",
      /passphrase/,
      /put the right passphrase back/,
    ],
    ["error: the stack is currently locked by 1 lock(s). Either wait", /holds the stack/, /wait/],
    [
      "    [mandatory]  hardening v0.1.0  vault-server-disallow-dev-mode (x: y)",
      /policy pack refused.*before anything was changed/,
      /change what/,
    ],
    [
      "driver failed programming external connectivity: Bind for 127.0.0.1:8443 failed: port is already allocated",
      /127.0.0.1:8443 is in use/,
      /local.yaml/,
    ],
    ["listen tcp4 127.0.0.1:8443: bind: address already in use", /127.0.0.1:8443 is in use/, /local.yaml/],
    ["write /x: no space left on device", /disk is full/, /free some space/],
    [
      "error: Cannot connect to the Docker daemon at unix:///var/run/docker.sock",
      /Cannot connect to the Docker daemon/,
      /docker.sh start/,
    ],
  ])("%s", (said, problem, fix) => {
    const failure = pulumiFailure(state, "pulumi up", `Updating (dev):\n${said}\n`);
    expect(failure.problem).toMatch(problem);
    expect(failure.fix).toMatch(fix);
  });

  it("shows Pulumi's own errors where it isn't known", () => {
    const failure = pulumiFailure(
      state,
      "pulumi up",
      "Updating (dev):\n  error: one thing\nnoise\n  error: another\n",
    );
    expect(failure.problem).toContain("pulumi up failed:");
    expect(failure.problem).toContain("error: one thing");
    expect(failure.problem).toContain("error: another");
    expect(failure.problem).not.toContain("noise");
  });
});

it("lists every problem of the configuration", () => {
  const said =
    "error: Running program failed\n    2 problems in the configuration of stack 'dev':\n      - a: missing\n      - b: unknown key\n\nResources:\n";
  expect(pulumiFailure(state, "pulumi up", said).problem).toMatch(
    /^2 problems .*:\n\s+- a: missing\n\s+- b: unknown key$/,
  );
});

describe("the environment of make env", () => {
  it("points plain pulumi at the dev stack of that state", () => {
    expect(pulumiEnvironment(state)).toMatchObject({
      PULUMI_BACKEND_URL: "file:///any/state/backend?metadata=skip",
      PULUMI_STACK: "dev",
      PULUMI_OPTION_CONFIG_FILE: "/any/state/Pulumi.dev.yaml",
      PULUMI_CONFIG_PASSPHRASE_FILE: "/any/state/passphrase",
    });
  });

  it("names the passphrase's file, never the passphrase", () => {
    expect(pulumiEnvironment(state)).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE");
  });
});
