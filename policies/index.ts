import { PolicyPack } from "@pulumi/policy";

import { policies } from "./all";
import { pulumiPolicy } from "./pulumiPolicy";
import { noteSecretMarks } from "./secret/marks";

new PolicyPack("apexmcp-hardening", { policies: [noteSecretMarks, ...policies.map(pulumiPolicy)] });
