export interface ImageReference {
  /** With registry and path, e.g. `ghcr.io/apexmcp/gateway`. */
  readonly repository: string;
  readonly tag?: string;
  /** As `sha256:<64 hex>`. */
  readonly digest?: string;
}

/** Takes `[registry[:port]/]name[:tag][@digest]` apart. A digest that isn't whole is none. */
export function parseImage(reference: string): ImageReference {
  const [named = "", digest] = reference.trim().split("@", 2);
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  return {
    repository: colon < 0 ? named : named.slice(0, colon),
    tag: colon < 0 ? undefined : named.slice(colon + 1) || undefined,
    digest: digest && /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(digest) ? digest : undefined,
  };
}
