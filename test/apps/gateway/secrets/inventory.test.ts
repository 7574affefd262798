import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inventoryNames } from "../../../../apps/gateway/src/secrets/inventory";

const source = join(__dirname, "../../../../apps/gateway/src");
const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((file) =>
  file.endsWith(".ts"),
);
const text = (file: string) => readFileSync(join(source, file), "utf8");

describe("the secret inventory", () => {
  test("holds every secret that the source refers to", () => {
    const named =
      /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*_(?:SECRET|PASSWORD|TOKEN|KEY|CREDENTIALS?|SECRET_ID)(?:_PREVIOUS)?\b/g;
    const referred = files
      .filter((file) => file !== join("secrets", "inventory.ts"))
      .flatMap((file) => text(file).match(named) ?? []);
    expect(referred).toContain("POSTGRES_APP_PASSWORD");
    expect(referred.filter((name) => !(inventoryNames as string[]).includes(name))).toEqual([]);
  });

  test("can't be gone round: only the entry points touch the process's environment", () => {
    const touching = files.filter((file) => text(file).includes("process.env"));
    expect(touching.sort()).toEqual(["broker.ts", "cli.ts", "server.ts"]);
  });
});
