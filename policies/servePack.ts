import * as server from "@pulumi/policy/server";

import { policies } from "./all";
import { version } from "./package.json";
import { pulumiPolicy } from "./pulumiPolicy";

const { serve } = server as unknown as { serve: (name: string, version: string, ...pack: unknown[]) => void };

/** What `new PolicyPack` does, which reads the version from a package.json beside the pack. */
export function servePack(): void {
  serve("apexmcp-hardening", version, "mandatory", { policies: policies.map(pulumiPolicy) });
}
