import type { AnyResource } from "./resource";

/** Every resource of this provider by its type token. */
export const resources: Readonly<Record<string, AnyResource>> = {};
