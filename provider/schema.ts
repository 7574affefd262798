import { z } from "zod";
import type { AnyResource } from "./resource";

/** The package schema Pulumi asks a provider for, from the zod types of its resources. */
export function packageSchema(version: string, resources: Readonly<Record<string, AnyResource>>): string {
  return JSON.stringify({
    name: "hardening",
    version,
    resources: Object.fromEntries(
      Object.entries(resources).map(([token, resource]) => {
        const inputs = properties(resource.inputs);
        const outputs = properties(resource.outputs);
        return [
          token,
          {
            description: resource.description,
            inputProperties: inputs.all,
            requiredInputs: inputs.required,
            properties: { ...inputs.all, ...outputs.all },
            required: [...inputs.required, ...outputs.required],
          },
        ];
      }),
    ),
  });
}

/** The names of the properties whose zod type says `.meta({ secret: true })`. */
export function secretProperties(type: z.ZodObject): Set<string> {
  const all = Object.entries(properties(type).all);
  return new Set(all.filter(([, spec]) => spec.secret === true).map(([name]) => name));
}

interface PropertySpec {
  type: string;
  description?: string;
  secret?: boolean;
  items?: PropertySpec;
}

function properties(type: z.ZodObject): { all: Record<string, PropertySpec>; required: string[] } {
  const schema = z.toJSONSchema(type, { io: "input" });
  const all = Object.entries(schema.properties ?? {}).map(([name, spec]) => [name, propertySpec(name, spec)]);
  return { all: Object.fromEntries(all) as Record<string, PropertySpec>, required: schema.required ?? [] };
}

function propertySpec(name: string, spec: z.core.JSONSchema._JSONSchema): PropertySpec {
  if (
    typeof spec === "boolean" ||
    spec.type === undefined ||
    spec.type === "object" ||
    spec.type === "null"
  ) {
    throw new Error(`property ${name}: only strings, numbers, booleans and arrays of them are supported`);
  }
  return {
    type: String(spec.type),
    ...(spec.description !== undefined && { description: spec.description }),
    ...(spec.secret === true && { secret: true }),
    ...(spec.type === "array" && { items: propertySpec(name, spec.items as z.core.JSONSchema._JSONSchema) }),
  };
}
