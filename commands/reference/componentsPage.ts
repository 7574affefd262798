import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

import ts from "typescript";

import { root } from "../state";
import { page, row } from "./page";

/** Every component's class and the properties of its arguments, with their own doc comments. */
export function componentsPage(): string {
  const folder = join(root, "components");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((it) => it.endsWith(".ts"));
  const sections = files.sort().flatMap((file) => sectionsOf(join(folder, file)));
  return page("Components", "components/**/*.ts", [
    "Each is a class to be made in a Pulumi program, with a name, its arguments and Pulumi's own options. None has an argument",
    "that turns a hardening off.",
    "",
    ...sections.slice(0, -1),
  ]);
}

function sectionsOf(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  const interfaces = new Map<string, ts.InterfaceDeclaration>();
  const classes: ts.ClassDeclaration[] = [];
  source.forEachChild((node) => {
    if (ts.isInterfaceDeclaration(node)) interfaces.set(node.name.text, node);
    if (ts.isClassDeclaration(node) && isComponent(node)) classes.push(node);
  });
  return classes.flatMap((component) => {
    const name = component.name!.text;
    const args = interfaces.get(`${name}Args`);
    const rows = [...(args?.members ?? [])]
      .filter((it) => ts.isPropertySignature(it))
      .map((property) =>
        row([
          `\`${property.name.getText()}\`${property.questionToken ? "" : " *"}`,
          `\`${property.type!.getText().replace(/\s+/g, " ")}\``,
          docOf(property).replaceAll("\n", " "),
        ]),
      );
    const file = relative(root, path);
    return [
      `## ${name}`,
      "",
      `[${file}](../../${file})`,
      "",
      ...docOf(component).split("\n"),
      "",
      ...(rows.length > 0
        ? [row(["argument (* required)", "type", "what"]), row(["---", "---", "---"]), ...rows, ""]
        : []),
    ];
  });
}

function isComponent(node: ts.ClassDeclaration): boolean {
  return (node.heritageClauses ?? []).some((it) => it.getText().includes("ComponentResource"));
}

/** The text of the doc comment right before a node. */
function docOf(node: ts.Node): string {
  const [comment] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return comment === undefined ? "" : (ts.getTextOfJSDocComment(comment.comment) ?? "").trim();
}
