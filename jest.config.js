const transform = { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022" } }] };
const project = (displayName, overrides) => ({
  displayName,
  rootDir: __dirname,
  roots: ["<rootDir>/test"],
  transform,
  ...overrides,
});

module.exports = {
  projects: [
    project("unit", {
      testMatch: ["**/*.test.ts"],
      testPathIgnorePatterns: ["/node_modules/", "\\.integration\\.test\\.ts$"],
    }),
    // Real Docker, Vault, PostgreSQL, nginx and Pulumi engine.
    project("integration", { testMatch: ["**/*.integration.test.ts"] }),
  ],
};
