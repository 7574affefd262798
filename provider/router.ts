import { isDeepStrictEqual } from "node:util";
import type * as provider from "@pulumi/pulumi/provider";
import type { AnyResource, Context, Log } from "./resource";
import { packageSchema, secretProperties } from "./schema";
import { holdsSecret, holdsUnknown, markSecret, unwrap, type WireProperties } from "./wireValues";
import { version } from "./package.json";

/** Takes the engine's calls to the resource their URN names, in plain values, and marks secrets on the way back. */
export class Router implements provider.Provider {
  readonly version = version;

  constructor(
    private readonly resources: Readonly<Record<string, AnyResource>>,
    private readonly logFor: (urn: string) => Log,
  ) {}

  getSchema = (): Promise<string> => Promise.resolve(packageSchema(version, this.resources));

  check = (urn: string, _olds: WireProperties, news: WireProperties): Promise<provider.CheckResult> =>
    this.route(urn, (resource) => {
      const unknown = Object.keys(news).filter((key) => holdsUnknown(news[key]));
      const known = Object.fromEntries(Object.entries(news).filter(([key]) => !unknown.includes(key)));
      const parsed = resource.inputs.safeParse(unwrap(known));
      // An unknown value is absent here, so what zod says about its key is no finding.
      const failures = (parsed.error?.issues ?? [])
        .filter((issue) => !unknown.includes(String(issue.path[0])))
        .map((issue) => ({ property: String(issue.path[0] ?? ""), reason: issue.message }));
      if (failures.length === 0) {
        failures.push(...(resource.check?.((parsed.data ?? unwrap(known)) as Record<string, unknown>) ?? []));
      }
      const inputs = this.mark(resource, news, news);
      return Promise.resolve({
        inputs,
        // Pulumi prints the value of a property that a failure names, even of a secret one.
        failures: failures.map(({ property, reason }) =>
          holdsSecret(inputs[property])
            ? { property: "", reason: `${property} ${reason}` }
            : { property, reason },
        ),
      });
    });

  diff = (
    _id: string,
    urn: string,
    olds: WireProperties,
    news: WireProperties,
  ): Promise<provider.DiffResult> =>
    this.route(urn, async (resource, context) => {
      if (holdsUnknown(news)) {
        return { changes: true };
      }
      const old = unwrap(olds) as WireProperties;
      const inputs = resource.inputs.parse(unwrap(news));
      const changed = Object.keys(resource.inputs.shape).filter(
        (key) => !isDeepStrictEqual(old[key], inputs[key]),
      );
      const { changes, replaces, deleteBeforeReplace } = await resource.diff(old, inputs, changed, context);
      return {
        changes,
        ...(replaces && { replaces: [...replaces] }),
        ...(deleteBeforeReplace && { deleteBeforeReplace }),
      };
    });

  create = (urn: string, news: WireProperties): Promise<provider.CreateResult> =>
    this.route(urn, async (resource, context) => {
      const inputs = resource.inputs.parse(unwrap(news));
      const { id, outputs } = await resource.create(inputs, context);
      return { id, outs: this.mark(resource, news, { ...inputs, ...outputs }) };
    });

  read = (id: string, urn: string, props: WireProperties): Promise<provider.ReadResult> =>
    this.route(urn, async (resource, context) => {
      const old = unwrap(props) as WireProperties;
      if (Object.keys(old).length === 0) {
        throw new Error(`${urn}: this resource can't be imported; declare it and run pulumi up`);
      }
      const outputs = await resource.read(old, context);
      return outputs === undefined
        ? { id: "" }
        : { id, props: this.mark(resource, props, { ...old, ...outputs }) };
    });

  update = (
    _id: string,
    urn: string,
    olds: WireProperties,
    news: WireProperties,
  ): Promise<provider.UpdateResult> =>
    this.route(urn, async (resource, context) => {
      const inputs = resource.inputs.parse(unwrap(news));
      const outputs = await resource.update(unwrap(olds) as WireProperties, inputs, context);
      return { outs: this.mark(resource, news, { ...inputs, ...outputs }) };
    });

  delete = (_id: string, urn: string, props: WireProperties): Promise<void> =>
    this.route(urn, (resource, context) => resource.delete(unwrap(props) as WireProperties, context));

  private async route<T>(
    urn: string,
    call: (resource: AnyResource, context: Context) => Promise<T>,
  ): Promise<T> {
    const token = urn.split("::")[2]?.split("$").pop() ?? "";
    const resource = this.resources[token];
    if (resource === undefined) {
      throw new Error(
        `${token} is no resource of the hardening provider; it has ${Object.keys(this.resources).join(", ")}`,
      );
    }
    try {
      return await call(resource, { urn, log: this.logFor(urn) });
    } catch (error) {
      // Pulumi prints the stack of what some of these throw. A plain Error is a message to a person: no stack.
      if (error instanceof Error && error.constructor === Error) {
        error.stack = "";
      }
      throw error;
    }
  }

  /** Marks what the resource's types or the program call secret. */
  private mark(resource: AnyResource, sent: WireProperties, values: WireProperties): WireProperties {
    const secrets = new Set([...secretProperties(resource.inputs), ...secretProperties(resource.outputs)]);
    return Object.fromEntries(
      Object.entries(values)
        .filter(([, value]) => value !== undefined && value !== null)
        .map(([key, value]) => [key, secrets.has(key) || holdsSecret(sent[key]) ? markSecret(value) : value]),
    );
  }
}
