import { parseImage } from "../../../policies/container/imageReference";

const sha256 = `sha256:${"ab".repeat(32)}`;
const sha512 = `sha512:${"ab".repeat(64)}`;

test.each([
  ["nginx", { repository: "nginx" }],
  ["nginx:1.28", { repository: "nginx", tag: "1.28" }],
  [" nginx:1.28 ", { repository: "nginx", tag: "1.28" }],
  ["nginx:", { repository: "nginx" }],
  ["ghcr.io:5000/o/gateway", { repository: "ghcr.io:5000/o/gateway" }],
  ["ghcr.io:5000/o/gateway:1", { repository: "ghcr.io:5000/o/gateway", tag: "1" }],
  [`nginx:1@${sha256}`, { repository: "nginx", tag: "1", digest: sha256 }],
  [`nginx@${sha512}`, { repository: "nginx", digest: sha512 }],
  ["nginx@sha256:abcd", { repository: "nginx" }],
  [`nginx@${sha256}00`, { repository: "nginx" }],
  [`nginx@x${sha256}`, { repository: "nginx" }],
  ["nginx@sha512:a", { repository: "nginx" }],
])("takes %s apart", (reference, parts) => {
  expect(parseImage(reference)).toEqual({ tag: undefined, digest: undefined, ...parts });
});
