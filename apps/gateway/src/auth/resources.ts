/** The protected resources (RFC 8707, RFC 9728), named from the configured public URL, never from a request's headers. */
export class Resources {
  /** @param publicUrl an origin, as in https://mcp.example.com */
  constructor(readonly publicUrl: string) {}

  get api(): string {
    return `${this.publicUrl}/api`;
  }

  connector(name: string): string {
    return `${this.publicUrl}/mcp/${name}`;
  }

  /** Where a resource's metadata is: the well-known part goes between host and path (RFC 9728 section 3.1). */
  metadata(resource: string): string {
    return `${this.publicUrl}/.well-known/oauth-protected-resource${resource.slice(this.publicUrl.length)}`;
  }

  /** The scopes that mean something at a resource, of those given; undefined when it is none of ours. */
  scopesAt(resource: string, scopes: readonly string[]): string[] | undefined {
    if (resource === this.api) return scopes.filter((scope) => scope.startsWith("connectors:"));
    const connector = this.connectorOf(resource);
    if (connector === undefined) return undefined;
    const whole = `mcp:${connector}`;
    return scopes.flatMap((scope) => {
      if (scope === "mcp:*") return [whole];
      return scope === whole || scope.startsWith(`${whole}:`) ? [scope] : [];
    });
  }

  connectorOf(resource: string): string | undefined {
    const prefix = `${this.publicUrl}/mcp/`;
    const name = resource.startsWith(prefix) ? resource.slice(prefix.length) : "";
    return /^[a-z0-9][a-z0-9-]{0,62}$/.test(name) ? name : undefined;
  }
}
