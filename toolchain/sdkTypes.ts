import { globSync, readFileSync } from "node:fs";
import * as path from "node:path";
import ts from "typescript";

/** A field as the npm package types it. */
export interface SdkField {
  readonly list: boolean;
  /** The fields of the object, or of the list's objects, if that is what it holds. */
  readonly fields?: SdkFields;
}
export type SdkFields = { [name: string]: SdkField };

/** A resource or function of the npm package. */
export interface SdkType {
  readonly token: string;
  readonly fields: SdkFields;
}

export interface Sdk {
  readonly version: string;
  readonly config: SdkFields;
  readonly resources: SdkType[];
  readonly functions: SdkType[];
}

/** Reads a Pulumi SDK package: its tokens from the JavaScript, the shape of its arguments from the declarations. */
export function readSdk(folder: string): Sdk {
  const nested = new Map<string, ts.InterfaceDeclaration>();
  collect("inputs", parse(path.join(folder, "types/input.d.ts")), nested);
  collect("outputs", parse(path.join(folder, "types/output.d.ts")), nested);

  const sdk: Sdk = {
    version: (JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as { version: string })
      .version,
    config: {},
    resources: [],
    functions: [],
  };
  for (const file of globSync("**/*.js", {
    cwd: folder,
    exclude: (name) => name === "node_modules",
  }).sort()) {
    const code = readFileSync(path.join(folder, file), "utf8");
    const resource =
      /class (\w+) extends pulumi\.(?:Custom|Provider)Resource[\s\S]*?__pulumiType = '([^']+)'/.exec(code);
    const call = /function (get\w+)\((?:args, )?opts\)[\s\S]*?pulumi\.runtime\.invoke\("([^"]+)"/.exec(code);
    const found = resource ?? call;
    if (!found) continue;
    const [, name, token] = found as unknown as [string, string, string];
    const own = new Map<string, ts.InterfaceDeclaration>();
    collect("", parse(path.join(folder, file.replace(/\.js$/, ".d.ts"))), own);
    const title = name[0]?.toUpperCase() + name.slice(1);
    const fields: SdkFields = {};
    for (const suffix of ["State", "Result", "Args"])
      Object.assign(fields, shape(own.get(title + suffix), nested));
    if (!resource) sdk.functions.push({ token, fields });
    else if (token.includes(":")) sdk.resources.push({ token, fields });
    else Object.assign(sdk.config, fields);
  }
  return sdk;
}

const parse = (file: string) => ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.ES2022);

/** Interfaces by the name that types refer to them with, such as `inputs.appRole.Foo`. */
function collect(prefix: string, node: ts.Node, into: Map<string, ts.InterfaceDeclaration>): void {
  ts.forEachChild(node, (child) => {
    if (ts.isInterfaceDeclaration(child)) into.set(join(prefix, child.name.text), child);
    else if (ts.isModuleDeclaration(child)) collect(join(prefix, child.name.text), child, into);
    else if (ts.isModuleBlock(child)) collect(prefix, child, into);
  });
}

const join = (prefix: string, name: string) => (prefix ? `${prefix}.${name}` : name);

function shape(
  declaration: ts.InterfaceDeclaration | undefined,
  nested: Map<string, ts.InterfaceDeclaration>,
): SdkFields {
  const fields: SdkFields = {};
  for (const member of declaration?.members ?? []) {
    if (ts.isPropertySignature(member) && member.type && ts.isIdentifier(member.name)) {
      fields[member.name.text] = field(member.type, nested);
    }
  }
  return fields;
}

function field(type: ts.TypeNode, nested: Map<string, ts.InterfaceDeclaration>): SdkField {
  if (ts.isUnionTypeNode(type)) {
    const parts = type.types
      .filter((part) => part.kind !== ts.SyntaxKind.UndefinedKeyword)
      .map((part) => field(part, nested));
    return { list: parts.some((part) => part.list), fields: parts.find((part) => part.fields)?.fields };
  }
  if (ts.isArrayTypeNode(type)) return { list: true, fields: field(type.elementType, nested).fields };
  if (!ts.isTypeReferenceNode(type)) return { list: false };
  const name = dotted(type.typeName);
  if (name === "pulumi.Input" && type.typeArguments?.[0]) return field(type.typeArguments[0], nested);
  const declaration = nested.get(name);
  return { list: false, fields: declaration && shape(declaration, nested) };
}

const dotted = (name: ts.EntityName): string =>
  ts.isIdentifier(name) ? name.text : `${dotted(name.left)}.${name.right.text}`;
