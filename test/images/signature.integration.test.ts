import { generateKeyPairSync, sign } from "node:crypto";

import { admitImage } from "../../images/publish";
import { Repository } from "../../images/registry";
import { signImage, signingKey, verifyImage, verifyingKey } from "../../images/signature";
import { RealRegistry } from "../support/realRegistry";

const pair = () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return {
    secret: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    open: publicKey.export({ type: "spki", format: "pem" }).toString(),
  };
};
const ours = pair();
const sha = "a".repeat(40);

let registry: RealRegistry;
let name: string;
beforeAll(async () => {
  registry = await RealRegistry.start();
  name = `${registry.name}/acme/gateway`;
});
afterAll(() => registry[Symbol.asyncDispose]());

it("finds the signature of the key's owner good, for the public and the private half", async () => {
  const digest = await registry.push("acme/gateway", sha, "good");
  await signImage(name, digest, signingKey(ours.secret));
  await verifyImage(name, digest, verifyingKey(ours.open));
  await verifyImage(name, digest, verifyingKey(ours.secret));
});

it("refuses an image without a signature", async () => {
  const digest = await registry.push("acme/gateway", "b".repeat(40), "unsigned");
  await expect(verifyImage(name, digest, verifyingKey(ours.open))).rejects.toThrow(
    `${name}@${digest} is not signed`,
  );
});

it("refuses a signature of another key", async () => {
  const digest = await registry.push("acme/gateway", "c".repeat(40), "forged");
  await signImage(name, digest, signingKey(pair().secret));
  await expect(verifyImage(name, digest, verifyingKey(ours.open))).rejects.toThrow("not with the key");
});

it("refuses the good signature of another image", async () => {
  const good = await registry.push("acme/gateway", "d".repeat(40), "signed");
  await signImage(name, good, signingKey(ours.secret));
  const evil = await registry.push("acme/gateway", "e".repeat(40), "evil");
  const tag = (digest: string) => `${digest.replace(":", "-")}.sig`;
  const repository = new Repository(name);
  const { digest } = (await repository.manifest(tag(good)))!;
  await repository.tag(digest, tag(evil));
  await expect(verifyImage(name, evil, verifyingKey(ours.open))).rejects.toThrow(
    `the signature beside ${name}@${evil} is of ${name}@${good}`,
  );
});

it("refuses a payload that was changed after it was signed", async () => {
  const digest = await registry.push("acme/gateway", "f".repeat(40), "changed");
  await signImage(name, digest, signingKey(ours.secret));
  const repository = new Repository(name);
  const tag = `${digest.replace(":", "-")}.sig`;
  const manifest = (await repository.manifest(tag))!.json as {
    mediaType: string;
    layers: { digest: string; size: number; annotations: Record<string, string> }[];
  };
  const [layer] = manifest.layers;
  const other = Buffer.from(
    JSON.stringify({ ...JSON.parse((await repository.blob(layer!.digest)).toString()), more: 1 }),
  );
  layer!.digest = await repository.putBlob(other);
  layer!.size = other.length;
  await repository.putManifest(tag, manifest.mediaType, manifest);
  await expect(verifyImage(name, digest, verifyingKey(ours.open))).rejects.toThrow("not with the key");
});

it("is what cosign signs: the signature is over the payload's bytes, beside the image, under its digest", async () => {
  const digest = await registry.push("acme/gateway", "9".repeat(40), "layout");
  await signImage(name, digest, signingKey(ours.secret));
  const manifest = (await new Repository(name).manifest(`${digest.replace(":", "-")}.sig`))!;
  expect(manifest.json).toMatchObject({
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    layers: [
      {
        mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
        annotations: { "dev.cosignproject.cosign/signature": expect.stringMatching(/^[\w+/]+=*$/) as string },
      },
    ],
  });
});

it("admits no image whose tag leads to another digest than the one that was seen", async () => {
  const digest = await registry.push("acme/gateway", sha, "pushed over it");
  const seen = `sha256:${"1".repeat(64)}`;
  await expect(admitImage({ repository: name, tag: sha, digest }, { IMAGE_DIGEST: seen })).rejects.toThrow(
    `${name}:${sha} has moved: it was ${seen} and is ${digest}`,
  );
});

it("says which variable holds no key, and nothing of its content", () => {
  expect(() => signingKey("not a key at all")).toThrow(
    /^IMAGE_SIGNING_KEY is not a PEM key on P-256; make a pair: /,
  );
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  expect(() => verifyingKey(publicKey.export({ type: "spki", format: "pem" }).toString())).toThrow(
    /^IMAGE_PUBLIC_KEY is not a PEM key on P-256/,
  );
  expect(sign("sha256", Buffer.from("x"), signingKey(ours.secret))).toBeInstanceOf(Buffer);
});
