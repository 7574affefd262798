import { PolicyPack } from "@pulumi/policy";

import { policies } from "./all";
import { pulumiPolicy } from "./pulumiPolicy";

new PolicyPack("apexmcp-hardening", { policies: policies.map(pulumiPolicy) });
