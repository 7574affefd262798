// `MUTATE=vault,container npm run mutate`: breaks the policies of these folders in every way, and counts what tests notice.
const domains = (
  process.env.MUTATE ?? "container,docker,edge,exemption,github,image,postgres,secret,vault,workflow,zitadel"
).split(",");

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: [...domains.map((domain) => `policies/${domain}/**/*.ts`), "!policies/**/generate*.ts"],
  testRunner: "jest",
  jest: {
    projectType: "custom",
    enableFindRelatedTests: false,
    config: {
      roots: domains.map((domain) => `<rootDir>/test/policies/${domain}`),
      testMatch: ["**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "\\.integration\\.test\\.ts$"],
      // Loading Pulumi's SDK would take most of the time.
      moduleNameMapper: { "/evaluate$": "<rootDir>/test/policies/evaluateDirectly.ts" },
      transform: { "^.+\\.[tj]s$": ["@swc/jest", { jsc: { target: "es2022" } }] },
    },
  },
  coverageAnalysis: "perTest",
  ignoreStatic: true,
  concurrency: 2,
  timeoutMS: 30_000,
  dryRunTimeoutMinutes: 30,
  reporters: ["clear-text", "json"],
  jsonReporter: { fileName: ".stryker-tmp/report.json" },
  clearTextReporter: { allowColor: false, logTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
};
