import { execa } from "execa";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

jest.setTimeout(120_000);

const script = join(__dirname, "../../toolchain/docker.sh");

/** Runs bash on a machine without an engine, as far as Docker sees: its own /run, /var/lib/docker, logs and network. */
async function onBareMachine(commands: string, dockerDisk = "4g"): Promise<string> {
  const setUp = [
    "set -u; docker=" + script,
    "for folder in /run /var/log; do mount -t tmpfs none $folder; done",
    `mount -t tmpfs -o size=${dockerDisk} none /var/lib/docker; ip link set lo up`,
    "trap '$docker stop >/dev/null 2>&1' EXIT",
  ].join("\n");
  const env = { DOCKER_HOST: undefined };
  const { all } = await execa("unshare", ["--mount", "--net", "bash", "-c", `${setUp}\n${commands}`], {
    ...{ all: true, reject: false, env, stdin: "ignore" },
  });
  return all;
}

// An engine of its own takes root and namespaces.
const asRoot = process.getuid?.() === 0 ? describe : describe.skip;

asRoot("toolchain/docker.sh", () => {
  it("starts an engine once, says how to stop it, and stops it", async () => {
    const out = await onBareMachine(`
      $docker start; docker version --format 'engine {{.Server.Version}}'
      pid=$(cat /run/docker.pid); $docker start; [ "$pid" = "$(cat /run/docker.pid)" ] && echo same
      $docker stop; [ -e /proc/$pid ] || echo gone; $docker stop`);
    expect(out.match(/Started the Docker engine/g)).toHaveLength(1);
    expect(out).toMatch(
      /To stop it: toolchain\/docker\.sh stop\nengine \d+.*\nsame\nStopped the Docker engine\ngone\n/,
    );
    expect(out).toMatch(/nothing to stop$/);
  });

  it("never stops an engine that somebody else started", async () => {
    const out = await onBareMachine(`
      dockerd >/dev/null 2>&1 & pid=$!
      for i in $(seq 100); do docker version >/dev/null 2>&1 && break; sleep 0.2; done
      $docker start; $docker stop; docker version --format 'still there'; kill $pid; wait $pid`);
    expect(out).toMatch(/nothing to stop\nstill there$/);
    expect(out).not.toContain("Started");
  });

  it("starts again after a kill -9, and beside a stale pid file whose number another process has", async () => {
    const out = await onBareMachine(`
      $docker start; kill -9 $(cat /run/docker.pid); sleep 1
      sleep 60 & echo $! >/run/docker.pid
      $docker start; docker version --format 'engine {{.Server.Version}}'; kill %1`);
    expect(out).toMatch(/Removing \/var\/run\/docker\.pid.*\n[^]*Started the Docker engine.*\nengine/);
  });

  it("names the folder and what it needs when the disk is nearly full", async () => {
    const out = await onBareMachine("$docker start", "900m");
    expect(out).toMatch(/Fix: free at least 2 GiB.*\nWhy: \/var\/lib\/docker has 900 MiB left/);
  });

  it("starts no engine here when DOCKER_HOST names another place that doesn't answer", async () => {
    const out = await onBareMachine("DOCKER_HOST=tcp://127.0.0.1:1 $docker start; ls /run/docker.pid");
    expect(out).toMatch(/Why: no Docker engine answers at tcp:\/\/127\.0\.0\.1:1/);
    expect(out).toContain("No such file");
  });

  it("tells a user without rights, and one without Docker, the fix", async () => {
    const folder = await mkdtemp(join(tmpdir(), "docker-sh-"));
    try {
      await execa("chmod", ["755", folder]);
      await copyFile(script, join(folder, "docker.sh"));
      const asNobody = [
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "/bin/bash",
        join(folder, "docker.sh"),
        "start",
      ];
      const refused = await execa("setpriv", asNobody, { all: true, reject: false, env: { HOME: "/" } });
      expect(refused.exitCode).toBe(1);
      expect(refused.all).toMatch(/Fix: sudo usermod -aG docker nobody/);
      const tools = ["bash", "id", "dirname", "tail", "cat", "basename", "readlink", "cut"];
      await execa("sh", [
        "-c",
        `for tool in ${tools.join(" ")}; do ln -s $(command -v $tool) ${folder}/; done`,
      ]);
      const without = await execa("/usr/bin/setpriv", asNobody, {
        all: true,
        reject: false,
        env: { PATH: folder },
      });
      expect(without.all).toMatch(/Fix: install Docker .*docker\.io containerd/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
