import * as pulumi from "@pulumi/pulumi";
import type { Log } from "./resource";

/**
 * Messages through the engine's own log, so that they stand beside their resource; a plugin's stdout would not.
 *
 * @param args the plugin's arguments: the engine's address is the one that is no flag.
 */
export function connectEngineLog(args: readonly string[]): (urn: string) => Log {
  const engineAddress = args.find((arg) => !arg.startsWith("-"));
  if (engineAddress !== undefined) {
    pulumi.runtime.resetOptions("", "", -1, engineAddress, "", false, "");
  }
  return (urn) => {
    const resource = { urn: pulumi.output(urn) } as pulumi.Resource;
    return {
      progress: (message) => void pulumi.log.info(message, resource, 0, true),
      info: (message) => void pulumi.log.info(message, resource),
      warn: (message) => void pulumi.log.warn(message, resource),
    };
  };
}
