import { accepts, refuses } from "../cases";
import { unknownValue, type TestedResource } from "../evaluate";

const digest = `sha256:${"a1".repeat(32)}`;
const remote = (name: string): TestedResource => ({
  type: "docker:index/remoteImage:RemoteImage",
  props: { name },
});
const pushed = (name: string): TestedResource => ({
  type: "docker:index/registryImage:RegistryImage",
  props: { name },
});
const built = (imageName: string): TestedResource => ({
  type: "docker:index/image:Image",
  props: { imageName },
});
const buildx = (tags: string[]): TestedResource => ({ type: "docker-build:index:Image", props: { tags } });

refuses("image-tag-disallow-latest", {
  "a pull of latest": () => remote("nginx:latest"),
  "a pull without a tag": () => remote("nginx"),
  "a push of latest": () => pushed("acme/api:latest"),
  "a build as latest": () => built("acme/api:latest"),
  "latest among a build's tags": () => buildx(["acme/api:1.0.0", "acme/api:latest"]),
});

accepts({
  "a pull by digest": () => remote(`nginx:1.28.0@${digest}`),
  "a pull of latest by digest": () => remote(`nginx:latest@${digest}`),
  "a push of a version": () => pushed("acme/api:1.0.0"),
  "a build of a version": () => built("acme/api:1.0.0"),
  "a build with tags of versions": () => buildx(["acme/api:1.0.0"]),
  "a build without tags": () => buildx([]),
  "a name unknown until deployed, which the container that uses it can't show either": () =>
    pushed(unknownValue),
  "tags unknown until deployed": () => buildx(unknownValue),
});
