const transform = { "^.+\\.[tj]s$": ["@swc/jest", { jsc: { target: "es2022" } }] };
const project = (displayName, overrides) => ({
  displayName,
  rootDir: __dirname,
  roots: ["<rootDir>/test"],
  transform,
  // Published as ES modules only.
  transformIgnorePatterns: ["/node_modules/(?!(cookie|jose|node-pg-migrate)/)"],
  // What it publishes as CommonJS lies in a package of type module.
  moduleNameMapper: { "^@zitadel/proto/(.*)[.]js$": "<rootDir>/node_modules/@zitadel/proto/es/$1.js" },
  ...overrides,
});

module.exports = {
  // A bound for what hangs, on any machine; Jest's own 5 s is a busy machine's bad moment.
  testTimeout: 30_000,
  projects: [
    project("unit", {
      testMatch: ["**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "\\.integration\\.test\\.ts$"],
    }),
    // Real Docker, Vault, PostgreSQL, nginx and Pulumi engine.
    project("integration", { testMatch: ["**/*.integration.test.ts"] }),
  ],
};
