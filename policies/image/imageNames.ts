import type { Located } from "../container/containerSpec";
import type { Resource } from "../definePolicy";
import { readText, readTexts, unknown } from "../unknown";

const inputs: Record<string, string> = {
  "docker:index/remoteImage:RemoteImage": "name",
  "docker:index/registryImage:RegistryImage": "name",
  "docker:index/image:Image": "imageName",
  "docker-build:index:Image": "tags",
};

/** Types of the resources that pull, build or push an image. */
export const imageTypes: ReadonlySet<string> = new Set(Object.keys(inputs));

/** The names under which the resource pulls, builds or pushes. */
export function imageNames({ type, props }: Resource): Located<string>[] {
  const input = inputs[type]!;
  if (input !== "tags") return [{ path: input, value: readText(props, input) }];
  const tags = readTexts(props, input);
  return tags === unknown ? [] : tags.map((value, index) => ({ path: `tags[${index}]`, value }));
}
