import { inSlot, otherSlot, releaseImage } from "../../images/release";

const tag = "a".repeat(40);
const digest = `sha256:${"1".repeat(64)}`;

it("names an image by its git SHA, and by its digest where it was pushed", () => {
  expect(releaseImage({ repository: "apexmcp/gateway", tag })).toBe(`apexmcp/gateway:${tag}`);
  expect(releaseImage({ repository: "ghcr.io/acme/gateway", tag, digest })).toBe(
    `ghcr.io/acme/gateway:${tag}@${digest}`,
  );
});

it("gives a release and the next one different names", () => {
  expect([inSlot("gateway", "a"), inSlot("gateway", "b")]).toEqual(["gateway", "gateway-b"]);
  expect([otherSlot("a"), otherSlot("b")]).toEqual(["b", "a"]);
});
