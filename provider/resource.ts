import type { z } from "zod";

/** What a resource may use besides its inputs. */
export interface Context {
  /** The resource's URN, for messages that name it. */
  readonly urn: string;
  readonly log: Log;
}

/** Messages to the person who runs Pulumi; they never hold a secret. */
export interface Log {
  /** Progress: shown beside the resource while it is worked on, and not kept. */
  progress(message: string): void;
  info(message: string): void;
  warn(message: string): void;
}

export interface Difference<Inputs> {
  readonly changes: boolean;
  /** The inputs that force a replacement, if any. */
  readonly replaces?: readonly (keyof Inputs & string)[];
  readonly deleteBeforeReplace?: boolean;
}

/**
 * A resource of this provider: one file that exports one of these, registered in `resources.ts`.
 *
 * Every method receives parsed, known, plain values: the router validates inputs against `inputs` (a strict zod
 * object), unwraps Pulumi's secrets, and calls nothing while an input is unknown (a first preview). What is stored
 * is the inputs and outputs together; an input or output whose zod type has `.meta({ secret: true })`, and an input
 * the program marked as secret, is encrypted there. Pulumi never calls `create` or `update` during a preview.
 *
 * An Error thrown by a method is shown to the person who runs Pulumi as it is: it names the thing and the fix, and
 * never a secret.
 */
export interface Resource<I extends z.ZodObject, O extends z.ZodObject> {
  readonly description: string;
  readonly inputs: I;
  readonly outputs: O;
  /** What the types can't say. Only known inputs are there. Returns failures by property; none holds a value. */
  check?(inputs: Partial<z.output<I>>): { property: keyof z.output<I> & string; reason: string }[];
  /** `changed` are the inputs that differ from the stored ones. */
  diff(
    old: State<I, O>,
    inputs: z.output<I>,
    changed: readonly (keyof z.output<I> & string)[],
    context: Context,
  ): Promise<Difference<z.output<I>>>;
  create(inputs: z.output<I>, context: Context): Promise<{ id: string; outputs: z.output<O> }>;
  /** The live outputs, for a refresh; undefined when the thing is gone. */
  read(old: State<I, O>, context: Context): Promise<z.output<O> | undefined>;
  update(old: State<I, O>, inputs: z.output<I>, context: Context): Promise<z.output<O>>;
  delete(old: State<I, O>, context: Context): Promise<void>;
}

/** What Pulumi's state holds of a resource. */
export type State<I extends z.ZodObject, O extends z.ZodObject> = z.output<I> & z.output<O>;

/** A resource whose types the router's table has forgotten; the router parses before each call. */
export type AnyResource = Resource<z.ZodObject, z.ZodObject>;
