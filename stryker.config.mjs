// `MUTATE=vault,container npm run mutate`: breaks the policies of these folders in every way, and counts what tests notice.
process.env.MUTATE ??= "container,docker,edge,exemption,github,image,postgres,secret,vault,workflow,zitadel";
const domains = process.env.MUTATE.split(",");

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: [...domains.map((domain) => `policies/${domain}/**/*.ts`), "!policies/**/generate*.ts"],
  buildCommand: "node test/policies/bundleTests.mjs",
  testRunner: "mocha",
  mochaOptions: { spec: ["test/policies/bundled.test.js"], "no-config": true, "no-package": true },
  coverageAnalysis: "perTest",
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 15_000,
  dryRunTimeoutMinutes: 30,
  reporters: ["clear-text", "json"],
  jsonReporter: { fileName: ".stryker-tmp/report.json" },
  clearTextReporter: { allowColor: false, logTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
};
