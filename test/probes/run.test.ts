import { findingIds, findings } from "../../policies/findings";
import { probes } from "../../probes/all";
import { error, fail, notApplicable, pass, probe } from "../../probes/probe";
import { reportJson, reportSummary, reportTable } from "../../probes/report";
import { exitCode, runProbes } from "../../probes/run";
import { compliantTarget } from "./compliantTarget";

const finding = "vault-seal-require-unsealed";
const target = compliantTarget();

describe("a run of probes", () => {
  it("takes a probe that throws for an error, never for a pass", async () => {
    const refused = Object.assign(new Error(""), { code: "ECONNREFUSED" });
    const results = await runProbes(
      [
        probe(finding, () => Promise.reject(refused)),
        probe(finding, () => {
          throw new Error("no such container\nat somewhere");
        }),
      ],
      target,
    );
    expect(results.map(({ outcome, observed }) => [outcome, observed])).toEqual([
      ["error", "ECONNREFUSED"],
      ["error", "no such container"],
    ]);
  });

  it("takes a probe that hangs for an error, and doesn't wait for it", async () => {
    const [result] = await runProbes([probe(finding, () => new Promise(() => undefined))], target, 20);
    expect(result).toMatchObject({ outcome: "error", observed: "no answer within 0.02 s" });
  });

  it("asks a probe that couldn't tell once more, and only such a one", async () => {
    let [flaky, failing] = [0, 0];
    const results = await runProbes(
      [
        probe(finding, () => {
          if (flaky++ === 0) throw new Error("busy");
          return pass("fine");
        }),
        probe(finding, () => fail(`asked ${++failing}`)),
      ],
      target,
    );
    expect(results.map(({ observed }) => observed)).toEqual(["fine", "asked 1"]);
  });

  it("keeps the order, and says of each finding what it is and what to do", async () => {
    const ids = ["edge-listener-require-tls", finding] as const;
    const results = await runProbes(
      ids.map((id) => probe(id, () => pass("fine"))),
      target,
    );
    expect(results.map((it) => it.finding)).toEqual(ids);
    expect(results[1]).toMatchObject({
      title: findings[finding].title,
      remediation: findings[finding].remediation,
    });
  });
});

describe("the exit code", () => {
  it.each([
    [0, [pass("")]],
    [0, [pass(""), notApplicable("nothing there")]],
    [1, [pass(""), fail("")]],
    [1, [fail(""), error("")]],
    [2, [pass(""), error("")]],
    [2, []],
  ] as const)("is %i for %j", (code, observations) => {
    expect(exitCode(observations)).toBe(code);
  });
});

describe("the report", () => {
  const results = [
    { finding, title: "Sealed", remediation: "Unseal it.", ...fail("Vault is sealed") },
    { finding: "edge-listener-require-tls", title: "Plain", remediation: "Use TLS.", ...pass("TLSv1.3") },
    {
      finding: "vault-listener-require-tls",
      title: "Plain",
      remediation: "Use TLS.",
      ...error("ECONNREFUSED"),
    },
  ] as const;

  it("has a line for each finding, what to do about failures, and a count", () => {
    const report = reportTable(results);
    expect(report).toMatch(/vault-seal-require-unsealed\s+│ FAIL\s+│ Vault is sealed/);
    expect(report).toContain("vault-seal-require-unsealed: Sealed. Unseal it.");
    expect(report).toContain("vault-listener-require-tls: could not be probed");
    expect(report).not.toContain("edge-listener-require-tls: ");
    expect(report.split("\n").at(-1)).toBe("3 probes: 1 passed, 1 failed, 1 errors, 0 not applicable");
    expect(reportSummary([])).toMatch(/^0 probes/);
  });

  it("can be read by programs", () => {
    expect(JSON.parse(reportJson(results))).toEqual({ probes: results });
  });
});

describe("the probes", () => {
  it("cover every finding that the catalogue gives a probe, once", () => {
    const wanted = findingIds.filter((id) => typeof findings[id].places.probe === "string");
    expect(probes.map((it) => it.finding).sort()).toEqual([...wanted].sort());
  });
});
