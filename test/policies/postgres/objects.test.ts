import { accepts, refuses } from "../cases";
import { unknownValue, type TestedResource } from "../evaluate";

const extension = (name: unknown): TestedResource => ({
  type: "postgresql:index/extension:Extension",
  name: "extension",
  props: { name, database: "app" },
});
const definer = (securityDefiner?: unknown): TestedResource => ({
  type: "postgresql:index/function:Function",
  props: { name: "record", body: "BEGIN RETURN; END", returns: "void", securityDefiner },
});

describe("postgres-extension-disallow-untrusted", () => {
  refuses("postgres-extension-disallow-untrusted", {
    "a language that runs anything": () => extension("plpython3u"),
    "the server's files": () => extension("file_fdw"),
    "connections to elsewhere": () => extension("dblink"),
    "an extension unknown until deployed": () => extension(unknownValue),
    "one by its resource's name": () => ({ ...extension(undefined), name: "plperlu" }),
  });
});

describe("postgres-function-require-pinned-search-path", () => {
  refuses("postgres-function-require-pinned-search-path", {
    "a function with its owner's rights": () => definer(true),
    "one that may have them, unknown until deployed": () => definer(unknownValue),
  });
});

accepts({
  "an extension that stays inside": () => extension("pgcrypto"),
  "a trusted language": () => extension("plpgsql"),
  "a function with its caller's rights": () => definer(false),
  "a function that says nothing": () => definer(),
});

describe("with an extension allowed", () => {
  accepts(
    { "that extension": () => extension("postgres_fdw") },
    { "postgres-extension-disallow-untrusted": { allowedExtensions: ["postgres_fdw"] } },
  );
});
