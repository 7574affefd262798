import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { allCommands } from "../commands/reference/commandsPage";
import { referencePages } from "../commands/reference/pages";

const root = resolve(__dirname, "..");
const text = (path: string) => readFileSync(join(root, path), "utf8");
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"), { recursive: true, encoding: "utf8" })
    .filter((it) => it.endsWith(".md"))
    .map((it) => `docs/${it}`),
];

/** Where a documented command is run: by which test, or why by none. The first that matches counts. */
const runBy: readonly (readonly [command: RegExp, where: string])[] = [
  [/^make up$/, "test/integration/stack.integration.test.ts"],
  [/^make (verify|down)\b/, "test/integration/stack.integration.test.ts"],
  [/^make preview$/, "test/integration/stack.integration.test.ts"],
  [/^make deploy$/, "test/commands/deploy.integration.test.ts"],
  [/^export APEXMCP_STACK=prod/, "test/commands/prodConfig.integration.test.ts"],
  [/^make test$/, ".github/workflows/ci.yml"],
  [/^make doctor$/, "test/docs.integration.test.ts"],
  [/^make certificate$/, "test/commands/certificate.integration.test.ts"],
  [/^make lock\b/, "test/images/updateLock.test.ts"],
  [/^make github-init /, "test/github/workflows.test.ts"],
  [/^make github /, "test/commands/github.integration.test.ts"],
  [/^make vault-(init|rekey) .*--github /, "needs GitHub"],
  [/^make audit-log/, "test/commands/auditLog.integration.test.ts"],
  [/^make audit-verify/, "test/commands/auditVerify.integration.test.ts"],
  [/^(eval "\$\(make env\)"|npx pulumi stack output target)/, "test/integration/stack.integration.test.ts"],
  [
    /^npx pulumi preview --policy-pack path\/to\/policies$/,
    "test/components/github/deliveryRepository.integration.test.ts",
  ],
  [/^openssl (ecparam|pkey) /, "test/docs.integration.test.ts"],
  [/^npx jest |^npm run /, ".github/workflows/ci.yml"],
];
/** Pages whose blocks a test of their own takes from the page and runs. */
const ownTests: readonly (readonly [page: RegExp, where: string])[] = [
  [/^docs\/runbooks\/vault-/, "test/commands/vault/runbooks.integration.test.ts"],
  [/^docs\/connect-an-agent/, "test/integration/stack.integration.test.ts"],
  [/^docs\/runbooks\/rotate-secrets/, "test/integration/stack.integration.test.ts"],
  [/^docs\/runbooks\/backup/, "test/integration/stack.integration.test.ts"],
];

interface Block {
  readonly page: string;
  readonly language: string;
  readonly lines: readonly string[];
}

const blocks: Block[] = pages.flatMap((page) =>
  [...text(page).matchAll(/^ *```(\w*).*\n([^]*?)^ *```$/gm)].map(([, language = "", content = ""]) => ({
    page,
    language,
    lines: content
      .split("\n")
      .map((line) => line.replace(/\s+#.*$/, "").trim())
      .filter((it) => it !== ""),
  })),
);
const looksLikeCommand = (line: string) => /^(make|npx|npm|export|openssl|eval|docker|curl|git) /.test(line);
const commands = blocks.flatMap(({ page, language, lines }) =>
  lines.filter((line) => language === "sh" || looksLikeCommand(line)).map((command) => ({ page, command })),
);

function whereRun(page: string, command: string): string | undefined {
  const own = ownTests.find(([pattern]) => pattern.test(page))?.[1];
  return own ?? runBy.find(([pattern]) => pattern.test(command))?.[1];
}

it("says what runs each command that is written there", () => {
  const list = commands.map(({ page, command }) => ({ page, command, where: whereRun(page, command) }));
  console.log(list.map(({ page, command, where }) => `${page}: ${command}  [${where}]`).join("\n"));
  expect(list.filter(({ where }) => where === undefined)).toEqual([]);
  for (const where of new Set(list.map((it) => it.where!)))
    expect([where, where === "needs GitHub" || existsSync(join(root, where))]).toEqual([where, true]);
});

it("names only make targets and options that there are", () => {
  const known = new Map(allCommands().map((it) => [it.name, it]));
  const targets = new Set([...text("Makefile").matchAll(/^([a-z-]+):/gm)].map(([, name]) => name!));
  const mentioned = pages.flatMap((page) =>
    [...text(page).matchAll(/(?:`|^ *)make ([a-z-]+)(?: ARGS=(["'])(.*?)\2)?/gm)].map(
      ([, target = "", , args = ""]) => ({
        page,
        target,
        args,
      }),
    ),
  );
  expect(mentioned.length).toBeGreaterThan(20);
  for (const { page, target, args } of mentioned) {
    expect([page, target, targets.has(target)]).toEqual([page, target, true]);
    const command = known.get(target);
    const options = [
      ...Object.keys(command?.flags ?? {}),
      ...Object.keys(command?.options ?? {}).map((it) => it.split(" ")[0]),
      "state",
      "help",
    ];
    for (const [, option] of args.split(" -- ")[0]!.matchAll(/--([a-z-]+)/g))
      expect([page, target, option, options.includes(option)]).toEqual([page, target, option, true]);
  }
});

it("links to what is there", () => {
  const broken = pages.flatMap((page) =>
    [...text(page).matchAll(/\]\((?!https?:|mailto:)([^)#\s]+)(#[^)]*)?\)/g)]
      .map(([, target = ""]) => ({ page, target }))
      .filter(({ target }) => !existsSync(join(root, dirname(page), target))),
  );
  expect(broken).toEqual([]);
});

it.each(Object.entries(referencePages))("has %s as the code is now (else: make docs)", (path, page) => {
  expect(text(path)).toBe(page());
});

it("has a README of under 200 lines", () => {
  expect(text("README.md").split("\n").length).toBeLessThan(200);
});
