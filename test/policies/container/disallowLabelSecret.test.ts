import { randomBytes } from "node:crypto";

import { accepts, refuses } from "../cases";
import { container } from "../compliantContainer";
import { secret, unknownValue } from "../evaluate";

const generated = randomBytes(24).toString("base64url");
const labels = (value: unknown) => container((props) => (props.labels = value));

refuses("container-label-disallow-secret", {
  "a Pulumi secret, whatever the label's name": () => labels([{ label: "team", value: secret(generated) }]),
  "labels that are a Pulumi secret as a whole": () => labels(secret([{ label: "team", value: generated }])),
});

refuses("container-label-disallow-secret", {
  "a token unknown until deployed": () => labels([{ label: "api-token", value: unknownValue }]),
});

accepts({
  "a label whose name is unknown until deployed": () => labels([{ label: unknownValue, value: "x" }]),
  "labels unknown until deployed": () => labels(unknownValue),
  "a plain label": () => container(),
  "a label unknown until deployed": () => labels([{ label: "team", value: unknownValue }]),
});

describe("by its name", () => {
  const marked = () => labels([{ label: "api-token", value: secret(generated) }]);
  refuses("container-label-disallow-secret", { "a marked token": marked });
});
