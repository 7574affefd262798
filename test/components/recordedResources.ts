import * as pulumi from "@pulumi/pulumi";

export interface Recorded {
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
}

/** What the real resource knows once it is made. */
const outputs: Record<string, (inputs: Record<string, unknown>) => object> = {
  "docker:index/network:Network": () => ({ ipamConfigs: [{ subnet: "10.0.0.0/24" }] }),
  "hardening:postgres:RoleBounds": ({ role }) => ({ name: role }),
};

/** Runs `program` against Pulumi's mocks and returns every custom resource it registered, in order. */
export async function recordResources(
  program: () => pulumi.Resource | pulumi.Resource[],
): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (!type.startsWith("apexmcp:"))
          recorded.push({ type, name, inputs: inputs as Record<string, unknown> });
        const computed = outputs[type]?.(inputs as Record<string, unknown>);
        return { id: `${name}-id`, state: { ...computed, ...(inputs as Record<string, unknown>) } };
      },
      call: ({ token }) => {
        throw new Error(`unexpected call of ${token}`);
      },
    },
    "apexmcp",
    "test",
  );
  program();
  await pulumi.runtime.disconnect(); // waits for every registration
  return recorded;
}

/** The one recorded resource of that name. */
export function named(recorded: Recorded[], name: string): Recorded["inputs"] {
  const found = recorded.filter((it) => it.name === name);
  if (found.length !== 1) {
    throw new Error(
      `${found.length} resources are named ${name}; there are ${recorded.map((it) => it.name).join(", ")}`,
    );
  }
  return found[0]!.inputs;
}
