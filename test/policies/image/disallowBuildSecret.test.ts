import { randomBytes } from "node:crypto";

import { accepts, refuses } from "../cases";
import { secret, unknownValue, type TestedResource } from "../evaluate";

const generated = randomBytes(24).toString("base64url");
const image = (args: unknown): TestedResource => ({
  type: "docker:index/image:Image",
  props: { imageName: "acme/api:1.0.0", build: { args } },
});
const buildx = (buildArgs: unknown): TestedResource => ({
  type: "docker-build:index:Image",
  props: { buildArgs },
});

refuses("image-build-disallow-secret-argument", {
  "a token by its name": () => image({ NPM_TOKEN: generated }),
  "a token unknown until deployed": () => image({ NPM_TOKEN: unknownValue }),
  "a Pulumi secret of any name": () => image({ VERSION: secret(generated) }),
  "arguments that are a Pulumi secret as a whole": () => image(secret({ VERSION: generated })),
  "a token of docker-build": () => buildx({ NPM_TOKEN: generated }),
  "a Pulumi secret of docker-build": () => buildx({ VERSION: secret(generated) }),
});

accepts({
  "a version": () => image({ VERSION: "1.0.0" }),
  "an argument unknown until deployed": () => image({ VERSION: unknownValue }),
  "arguments unknown as a whole": () => image(unknownValue),
  "no arguments": () => buildx(undefined),
});
