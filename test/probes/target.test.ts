import type { Docker } from "../../probes/docker";
import { containerOf, loadTarget } from "../../probes/target";
import { compliantTarget } from "./compliantTarget";

const compliant = compliantTarget();
const outputs = {
  target: {
    ...compliant,
    containers: Object.fromEntries(compliant.containers.map(({ service, name }) => [service, name])),
    docker: undefined,
    inspections: undefined,
  },
};
const proc = `Name:\tvault\nUid:\t100\t100\t100\t100\nNoNewPrivs:\t1\n600 500 0:50 / / ro,relatime - overlay overlay rw`;

/** An engine with these containers. */
function engine(inspections = compliant.inspections): Docker {
  return (args) => {
    const stdout = { ps: "", inspect: JSON.stringify(inspections), exec: proc }[args[0] ?? ""] ?? "";
    return Promise.resolve({ exitCode: 0, stdout, stderr: "" });
  };
}

describe("loading a target", () => {
  it("reads outputs, docker inspect, and each main process' status and mounts", async () => {
    const target = await loadTarget(outputs, engine());
    const vault = containerOf(target, "vault");
    expect(vault.processStatus).toEqual({ Name: "vault", Uid: "100\t100\t100\t100", NoNewPrivs: "1" });
    expect(vault.mounts).toBe("600 500 0:50 / / ro,relatime - overlay overlay rw");
    expect(target.inspections).toHaveLength(6);
  });

  it("refuses outputs that are no stack's, and says which are wrong", async () => {
    await expect(loadTarget({ target: { name: "x" } }, engine())).rejects.toThrow(/vaultAddress/);
  });

  it("refuses an empty secret, which would be found everywhere", async () => {
    const withEmpty = { target: { ...outputs.target, secrets: { A: "" } } };
    await expect(loadTarget(withEmpty, engine())).rejects.toThrow(/secrets/);
  });

  it("refuses a container that isn't running", async () => {
    const stopped = structuredClone(compliant.inspections);
    stopped[0]!.State.Status = "exited";
    await expect(loadTarget(outputs, engine(stopped))).rejects.toThrow(
      "container apexmcp-test-vault is exited",
    );
  });

  it("refuses when docker doesn't answer", async () => {
    const broken: Docker = () =>
      Promise.resolve({ exitCode: 1, stdout: "", stderr: "Error: No such container: x" });
    await expect(loadTarget(outputs, broken)).rejects.toThrow("docker ps: Error: No such container: x");
  });
});
