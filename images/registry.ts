import { createHash } from "node:crypto";

import { dockerCredentials } from "./dockerCredentials";

/** What a registry may answer with for an image of one or of several platforms. */
const manifestTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
/** A registry that doesn't answer within this many milliseconds is down. */
const patience = 15_000;

/** A registry said no, or nothing. */
export class RegistryError extends Error {
  constructor(
    message: string,
    /** HTTP status; undefined when there was no answer. */
    readonly status?: number,
  ) {
    super(message);
  }
}

export interface Manifest {
  /** `sha256:…` of the manifest's bytes. */
  readonly digest: string;
  readonly json: unknown;
}

export const sha256 = (bytes: string | Uint8Array): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/**
 * One repository of a registry, over the OCI distribution API. Logs in with what `docker login` left, by the method
 * that the registry's challenge names. Plain http is spoken with this machine only, as Docker does.
 */
export class Repository {
  private readonly registry: string;
  private readonly base: string;
  private readonly path: string;
  private authorization: string | undefined;

  /** @param name such as `docker.io/library/nginx` or `localhost:5050/apexmcp/gateway` */
  constructor(private readonly name: string) {
    const [registry = "", ...path] = name.split("/");
    this.registry = registry;
    this.path = path.join("/");
    const local = /^(localhost|127\.0\.0\.1)(:|$)/.test(registry);
    // Docker Hub's API is at another name than its images.
    const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
    this.base = `${local ? "http" : "https"}://${host}/v2/${this.path}`;
  }

  /** Digest of a tag; undefined when the repository doesn't have it. @throws RegistryError */
  async digestOf(tag: string): Promise<string | undefined> {
    const response = await this.request("HEAD", `/manifests/${tag}`, { accept: manifestTypes.join(", ") });
    if (response === undefined) return undefined;
    return response.headers.get("docker-content-digest") ?? (await this.manifest(tag))?.digest;
  }

  /** The manifest of a tag or digest; undefined when the repository doesn't have it. @throws RegistryError */
  async manifest(reference: string): Promise<Manifest | undefined> {
    const response = await this.request("GET", `/manifests/${reference}`, {
      accept: manifestTypes.join(", "),
    });
    if (response === undefined) return undefined;
    const bytes = new Uint8Array(await response.arrayBuffer());
    this.check(reference, sha256(bytes));
    return { digest: sha256(bytes), json: JSON.parse(Buffer.from(bytes).toString()) };
  }

  /** The bytes of a digest. @throws RegistryError */
  async blob(digest: string): Promise<Buffer> {
    const response = await this.request("GET", `/blobs/${digest}`);
    if (response === undefined) throw new RegistryError(`${this.name} has no blob ${digest}`, 404);
    const bytes = Buffer.from(await response.arrayBuffer());
    this.check(digest, sha256(bytes));
    return bytes;
  }

  /** Puts bytes there, and returns their digest. @throws RegistryError */
  async putBlob(bytes: Buffer): Promise<string> {
    const digest = sha256(bytes);
    const started = await this.request("POST", "/blobs/uploads/");
    const location = started?.headers.get("location");
    if (!location) throw new RegistryError(`${this.name} takes no uploads`);
    const url = new URL(location, this.base);
    url.searchParams.set("digest", digest);
    await this.request("PUT", url, { "content-type": "application/octet-stream" }, bytes);
    return digest;
  }

  /** Gives an image that is there by its digest another tag. @throws RegistryError */
  async tag(digest: string, tag: string): Promise<void> {
    const response = await this.request("GET", `/manifests/${digest}`, { accept: manifestTypes.join(", ") });
    if (response === undefined) throw new RegistryError(`${this.name} has no image ${digest}`, 404);
    const type = response.headers.get("content-type") ?? "";
    const bytes = Buffer.from(await response.arrayBuffer());
    this.check(digest, sha256(bytes));
    await this.request("PUT", `/manifests/${tag}`, { "content-type": type }, bytes);
  }

  /** @throws RegistryError */
  async putManifest(tag: string, type: string, manifest: object): Promise<void> {
    await this.request(
      "PUT",
      `/manifests/${tag}`,
      { "content-type": type },
      Buffer.from(JSON.stringify(manifest)),
    );
  }

  private check(asked: string, got: string): void {
    if (asked.startsWith("sha256:") && asked !== got)
      throw new RegistryError(`${this.name} answers ${got} when it is asked for ${asked}`);
  }

  private async request(
    method: string,
    path: string | URL,
    headers: Record<string, string> = {},
    body?: Buffer,
  ): Promise<Response | undefined> {
    const url = typeof path === "string" ? new URL(this.base + path) : path;
    const send = () =>
      this.fetch(url, {
        method,
        headers: {
          ...headers,
          ...(this.authorization !== undefined && { authorization: this.authorization }),
        },
        ...(body && { body: new Uint8Array(body) }),
      });
    let response = await send();
    const challenge = response.headers.get("www-authenticate");
    if (response.status === 401 && challenge) {
      this.authorization = await this.logIn(challenge);
      response = await send();
    }
    if (response.ok) return response;
    if (response.status === 404 && method !== "PUT" && method !== "POST") return undefined;
    throw new RegistryError(
      `${this.registry} refused ${method} ${this.path} (${response.status})${fixes[response.status] ?? ""}`.replace(
        "REGISTRY",
        this.registry,
      ),
      response.status,
    );
  }

  /** Answers a challenge such as `Bearer realm="https://…",service="…",scope="…"`. */
  private async logIn(challenge: string): Promise<string | undefined> {
    const credentials = await dockerCredentials(this.registry);
    const basic =
      credentials &&
      `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
    if (!/^bearer /i.test(challenge)) return basic;
    const parameters = Object.fromEntries(
      [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
    );
    const url = new URL(parameters["realm"] ?? "");
    if (url.protocol !== "https:" && !/^(localhost|127\.0\.0\.1)$/.test(url.hostname))
      throw new RegistryError(`${this.registry} wants its password at ${url.origin}, without encryption`);
    for (const key of ["service", "scope"])
      if (parameters[key] !== undefined) url.searchParams.set(key, parameters[key]);
    const response = await this.fetch(url, {
      headers: { ...(basic !== undefined && { authorization: basic }) },
    });
    if (!response.ok)
      throw new RegistryError(
        `${this.registry} gives no access to ${this.path} (${response.status}); log in: docker login ${this.registry}`,
        response.status,
      );
    const { token, access_token } = (await response.json()) as { token?: string; access_token?: string };
    return `Bearer ${token ?? access_token}`;
  }

  private async fetch(url: URL, init: RequestInit): Promise<Response> {
    try {
      return await fetch(url, { ...init, signal: AbortSignal.timeout(patience) });
    } catch (error) {
      const cause = (error as Error).cause as NodeJS.ErrnoException | undefined;
      throw new RegistryError(
        `the registry ${this.registry} doesn't answer (${cause?.code ?? cause?.message ?? (error as Error).name}); see to it or to the network`,
      );
    }
  }
}

const fixes: Readonly<Record<number, string>> = {
  401: "; log in: docker login REGISTRY",
  403: "; use an account that may: docker login REGISTRY",
  429: "; it limits how often it is asked: log in (docker login REGISTRY) or wait",
};
