import { candidates } from "../../../policies/secret/candidates";
import { unknown } from "../../../policies/unknown";

/** What is called by a name, as `path name=value`. */
const named = (props: unknown) =>
  [...candidates(props)]
    .filter(({ part }) => part !== "word")
    .map(({ path, name, value }) => `${path} ${name}=${value}`);
const base64 = (text: string) => Buffer.from(text).toString("base64");

test.each<[string, unknown, string]>([
  ["an input", { token: "abc" }, "token token=abc"],
  ["an input with spaces around it", { token: "  abc " }, "token token=abc"],
  ["an input inside of others", { a: [{ token: "abc" }] }, "a[0].token token=abc"],
  ["what another input names", { name: "TOKEN", value: "abc" }, "value TOKEN=abc"],
  ["a file's content", { file: "/run/secrets/token", content: "abc" }, "content token=abc"],
  ["a variable", { envs: ["TOKEN=abc"] }, "envs[0] TOKEN=abc"],
  ["a variable's value with signs", { envs: ["TOKEN=a=b"] }, "envs[0] TOKEN=a=b"],
  ["a variable's value with spaces", { envs: ["TOKEN=a b"] }, "envs[0] TOKEN=a b"],
  ["JSON in a variable", { envs: ['SETTINGS={"token":"abc"}'] }, "envs[0] token=abc"],
  ["base64 in a variable", { envs: [`SETTINGS=${base64("token: abcdefgh\n")}`] }, "envs[0] token=abcdefgh"],
  ["a flag's next word", { command: ["--token", "abc"] }, "command[1] token=abc"],
  ["a flag in a text", { command: "serve --token abc" }, "command token=abc"],
  ["a quoted flag in a text", { command: "serve --token 'a b'" }, "command token=a b"],
  ["a setting", { config: 'x\ntoken = "abc"\n' }, "config token=abc"],
  ["a setting of YAML", { config: "x: y\ntoken: abc\n" }, "config token=abc"],
  ["an exported variable", { script: "export TOKEN='a b' && run" }, "script TOKEN=a b"],
  ["a password in a URL", { url: "postgres://app:a%20b@db/x" }, "url password=a b"],
  ["a password in a URL that is badly encoded", { url: "postgres://app:a%zz@db/x" }, "url password=a%zz"],
  ["a query's setting", { url: "https://h/x?token=abc&b=c" }, "url token=abc"],
  ["JSON", { config: '{"a":{"token":"abc"}}' }, "config token=abc"],
  ["a list of JSON", { config: '[{"token":"abc"}]' }, "config token=abc"],
  ["base64 of settings", { data: base64("token: abcdefgh\n") }, "data token=abcdefgh"],
  ["a default", { TOKEN: "${TOKEN:-abc}" }, "TOKEN TOKEN=abc"],
])("finds %s", (_what, props, expected) => {
  expect(named(props)).toContain(expected);
});

test("finds single words, called nothing", () => {
  const words = [...candidates({ command: "run 'a b' x=y" })].filter(({ part }) => part === "word");
  expect(words.map(({ value, name }) => [value, name])).toEqual(
    expect.arrayContaining([
      ["run", ""],
      ["a", ""],
      ["y", ""],
    ]),
  );
});

test("finds nothing in what is unknown, empty or no text", () => {
  expect([...candidates({ a: unknown, b: "", c: " ", d: 5, e: null, f: true, g: undefined })]).toEqual([]);
  expect([...candidates(unknown)]).toEqual([]);
  expect([...candidates(null)]).toEqual([]);
});

test("doesn't take bytes for a text, nor a short word for base64", () => {
  const bytes = Buffer.from(Array.from({ length: 24 }, (_, index) => index)).toString("base64");
  expect(named({ key: bytes })).toEqual([`key key=${bytes}`]);
  expect(named({ word: base64("token: a") })).toEqual([`word word=${base64("token: a")}`]);
});

test("a flag names one word, and not a flag that follows it", () => {
  expect(named({ command: ["--token", "--verbose", "x"] })).toEqual([
    "command[0] command=--token",
    "command[1] token=--verbose",
    "command[2] verbose=x",
  ]);
});

test.each<[string, unknown, string[]]>([
  ["a word", { image: "nginx-1.2+b_c" }, ["image|image|nginx-1.2+b_c|whole"]],
  ["a number in a text", { count: "5" }, ["count|count|5|whole"]],
  [
    "a URL with a password",
    { url: "postgres://app:pw@db/x" },
    [
      "url|url|postgres://app:pw@db/x|whole",
      "url|password|pw|inner",
      ..."postgres app pw db x".split(" ").map((word) => `url||${word}|word`),
    ],
  ],
  ["a variable without a value", { envs: ["A="] }, ["envs[0]|envs|A=|whole", "envs[0]||A|word"]],
  ["a variable without a name", { envs: ["=b"] }, ["envs[0]|envs|=b|whole", "envs[0]||b|word"]],
  [
    "JSON, which is no text as a whole",
    { c: '{"a":{"t":"v w"}}' },
    ['c|c|{"a":{"t":"v w"}}|inner', "c|t|v w|inner", "c||v|word", "c||w|word"],
  ],
  ["half of JSON", { c: "[1" }, ["c|c|[1|whole", "c||1|word"]],
  ["a short flag and its value", { c: ["-t", "v"] }, ["c[0]|c|-t|whole", "c[1]|t|v|whole"]],
  ["no flag", { c: ["x--t", "v"] }, ["c[0]|c|x--t|whole", "c[1]|c|v|whole"]],
  [
    "a flag with its value, which doesn't name what follows",
    { c: ["--t=1", "v"] },
    ["c[0]|c|--t=1|whole", "c[0]|t|1|inner", "c[0]||--t|word", "c[0]||1|word", "c[1]|c|v|whole"],
  ],
  ["a setting of nothing", { t: 'a=""' }, ['t|t|a=""|whole', 't|a|""|inner', "t||a=|word", "t||a|word"]],
  ["a bracket in quotes", { t: '"["' }, ['t|t|"["|whole', "t||[|word"]],
  ["words apart", { t: "a  b" }, ["t|t|a  b|whole", "t||a|word", "t||b|word"]],
  ["a quoted word", { t: "'a'" }, ["t|t|'a'|whole", "t||a|word"]],
])("finds in %s this and nothing else", (_what, props, expected) => {
  const found = [...candidates(props)].map(
    ({ path, name, value, part }) => `${path}|${name}|${value}|${part}`,
  );
  expect(found).toEqual(expected);
});

test("looks into texts inside of texts, ten deep", () => {
  const wrapped = (times: number): string => (times === 0 ? "token: abcdefgh\n" : base64(wrapped(times - 1)));
  expect(named({ config: wrapped(10) })).toContain("config token=abcdefgh");
  expect(named({ config: wrapped(11) })).not.toContain("config token=abcdefgh");
  const json = (times: number): string => (times === 0 ? '"abc"' : JSON.stringify([json(times - 1)]));
  const deepest = (times: number) => named({ config: json(times) }).some((found) => found.endsWith('="abc"'));
  expect([deepest(11), deepest(12)]).toEqual([true, false]);
});
