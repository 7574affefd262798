import { accepts, refuses } from "../cases";
import { container, service } from "../compliantContainer";
import { unknownValue } from "../evaluate";

refuses("container-image-disallow-latest", {
  "the tag latest": () => container((props) => (props.image = "nginx:latest")),
  "the tag LATEST": () => container((props) => (props.image = "nginx:LATEST")),
  "no tag": () => container((props) => (props.image = "nginx")),
  "a registry's port for a tag": () => container((props) => (props.image = "registry:5000/nginx")),
  "a digest that isn't whole": () => container((props) => (props.image = "nginx:latest@sha256:abc")),
  "no image": () => container((props) => delete props.image),
  "an image unknown until deployed": () => container((props) => (props.image = unknownValue)),
  "the tag latest in a service": () => service((spec) => (spec.image = "nginx:latest")),
  "an image unknown until deployed in a service": () => service((spec) => (spec.image = unknownValue)),
});

accepts({
  "a tag with a digest": () => container(),
  "a service's tag with a digest": () => service(),
  "the tag latest with a digest, which pins it": () =>
    container((props) => (props.image = `nginx:latest@sha256:${"a1".repeat(32)}`)),
  "a digest alone": () =>
    container((props) => (props.image = `registry:5000/nginx@sha256:${"a1".repeat(32)}`)),
});
