import { accepts, refuses } from "../cases";
import { unknownValue, type TestedResource } from "../evaluate";

const remote = (name: string): TestedResource => ({
  type: "docker:index/remoteImage:RemoteImage",
  props: { name },
});

refuses("image-pull-require-digest", {
  "a tag": () => remote("nginx:1.28.0"),
  "a digest that isn't whole": () => remote("nginx:1.28.0@sha256:abc"),
});

accepts({
  "a digest": () => remote(`nginx:1.28.0@sha256:${"a1".repeat(32)}`),
  "a name unknown until deployed": () => remote(unknownValue),
});
