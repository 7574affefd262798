import { accepts, refuses } from "../cases";
import { container, service } from "../compliantContainer";

const sha = "0f".repeat(20);

refuses("container-image-require-digest", {
  "a third-party tag without a digest": () => container((props) => (props.image = "nginx:1.28.0")),
  "a digest that isn't whole": () => container((props) => (props.image = "nginx:1.28.0@sha256:abc")),
  "a third-party tag that looks like a git SHA": () => container((props) => (props.image = `nginx:${sha}`)),
  "an own image tagged with a version": () => container((props) => (props.image = "apexmcp/gateway:1.0.0")),
  "an own image tagged with a short SHA": () =>
    container((props) => (props.image = "apexmcp/gateway:0f0f0f0")),
  "an image whose name only ends like an own one": () =>
    container((props) => (props.image = `evil/apexmcp/gateway:${sha}`)),
  "a service's tag without a digest": () => service((spec) => (spec.image = "nginx:1.28.0")),
});

accepts({
  "an own image tagged with its git SHA": () =>
    container((props) => (props.image = `apexmcp/gateway:${sha}`)),
  "an own image of uncommitted inputs": () =>
    container((props) => (props.image = `apexmcp/gateway:${sha}-dirty-0123456789ab`)),
});

describe("with other own images configured", () => {
  accepts(
    {
      "them, tagged with their git SHA": () =>
        container((props) => (props.image = `ghcr.io/acme/api:${sha}`)),
    },
    { "container-image-require-digest": { ownImages: ["ghcr.io/acme/"] } },
  );
});
