import { readConfig } from "./stacks/config";
import { dev } from "./stacks/dev";
import { prod } from "./stacks/prod";

const config = readConfig();
const stack = { dev, prod }[config.environment](config);

/** What `make verify` needs to know; its secrets are Pulumi secrets. */
export const target = stack.target;
