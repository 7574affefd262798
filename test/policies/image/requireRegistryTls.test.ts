import { accepts, refuses } from "../cases";
import { unknownValue, type TestedResource } from "../evaluate";

const push = (insecureSkipVerify: unknown): TestedResource => ({
  type: "docker:index/registryImage:RegistryImage",
  props: { name: "registry.example.com/web:1.0.0", insecureSkipVerify },
});

refuses("image-registry-require-tls", {
  "an unverified registry": () => push(true),
  "one that may be, unknown until deployed": () => push(unknownValue),
});

accepts({ "a verified registry": () => push(false), "a registry it says nothing of": () => push(undefined) });
