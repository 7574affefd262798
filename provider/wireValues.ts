import { specialSecretSig, specialSigKey, unknownValue } from "@pulumi/pulumi/runtime";

/** Properties as the engine sends them: secrets are wrapped objects, unknowns a sentinel string. */
export type WireProperties = Record<string, unknown>;

export function isSecret(value: unknown): value is { value: unknown } {
  return isObject(value) && value[specialSigKey] === specialSecretSig;
}

export function markSecret(value: unknown): unknown {
  return isSecret(value) ? value : { [specialSigKey]: specialSecretSig, value };
}

/** The plain value, however deep the marks are; null, which is how an absent value travels, becomes undefined. */
export function unwrap(value: unknown): unknown {
  if (isSecret(value)) {
    return unwrap(value.value);
  }
  if (Array.isArray(value)) {
    return value.map(unwrap);
  }
  if (isObject(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, inner]) => inner !== null)
        .map(([key, inner]) => [key, unwrap(inner)]),
    );
  }
  return value ?? undefined;
}

export function holdsUnknown(value: unknown): boolean {
  return value === unknownValue || (isObject(value) && Object.values(value).some(holdsUnknown));
}

export function holdsSecret(value: unknown): boolean {
  return isSecret(value) || (isObject(value) && Object.values(value).some(holdsSecret));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
