import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from "node:crypto";

import { z } from "zod";

import { Repository } from "./registry";

const annotation = "dev.cosignproject.cosign/signature";
const payloadType = "application/vnd.dev.cosign.simplesigning.v1+json";
const manifestType = "application/vnd.oci.image.manifest.v1+json";

/** Where an image's signatures are: beside it, under a tag made from its digest. */
const signatureTag = (digest: string) => `${digest.replace(":", "-")}.sig`;

const signatures = z.object({
  layers: z.array(
    z.object({
      mediaType: z.string(),
      digest: z.string(),
      size: z.number(),
      annotations: z.record(z.string(), z.string()).default({}),
    }),
  ),
});
const signedPayload = z.object({
  critical: z.object({
    identity: z.object({ "docker-reference": z.string() }),
    image: z.object({ "docker-manifest-digest": z.string() }),
    type: z.literal("cosign container image signature"),
  }),
});

/** A PEM key on P-256, as cosign's are. @throws an error that says which variable and what to do, not its content */
export function signingKey(pem: string): KeyObject {
  return p256("IMAGE_SIGNING_KEY", () => createPrivateKey(pem));
}

/** Like {@link signingKey}, for the public half. */
export function verifyingKey(pem: string): KeyObject {
  return p256("IMAGE_PUBLIC_KEY", () => createPublicKey(pem));
}

function p256(variable: string, parse: () => KeyObject): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = parse();
  } catch {
    // Said below, without the cause, which could quote the key.
  }
  if (key?.asymmetricKeyDetails?.namedCurve === "prime256v1") return key;
  throw new Error(
    `${variable} is not a PEM key on P-256; make a pair: openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt`,
  );
}

/**
 * Signs an image, by its digest, in cosign's simple-signing format: `cosign verify --key` accepts it. A signature
 * replaces the one before.
 */
export async function signImage(name: string, digest: string, key: KeyObject): Promise<void> {
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { "docker-reference": name },
        image: { "docker-manifest-digest": digest },
        type: "cosign container image signature",
      },
      optional: null,
    }),
  );
  const repository = new Repository(name);
  const config = Buffer.from("{}");
  await repository.putManifest(signatureTag(digest), manifestType, {
    schemaVersion: 2,
    mediaType: manifestType,
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: await repository.putBlob(config),
      size: config.length,
    },
    layers: [
      {
        mediaType: payloadType,
        digest: await repository.putBlob(payload),
        size: payload.length,
        annotations: { [annotation]: sign("sha256", payload, key).toString("base64") },
      },
    ],
  });
}

/**
 * Proves that the owner of the key signed this image, under this name and digest.
 *
 * @throws an error that says what is wrong: no signature, another key's, or one of another image
 */
export async function verifyImage(name: string, digest: string, key: KeyObject): Promise<void> {
  const repository = new Repository(name);
  const manifest = await repository.manifest(signatureTag(digest));
  const image = `${name}@${digest}`;
  if (!manifest) throw new Error(`${image} is not signed; sign it: make image with IMAGE_SIGNING_KEY set`);
  const { layers } = signatures.parse(manifest.json);
  const ours = layers.filter(({ mediaType }) => mediaType === payloadType);
  for (const { digest: payloadDigest, annotations } of ours) {
    const payload = await repository.blob(payloadDigest);
    const signature = Buffer.from(annotations[annotation] ?? "", "base64");
    if (!verify("sha256", payload, key, signature)) continue;
    const { critical } = signedPayload.parse(JSON.parse(payload.toString()));
    const { "docker-manifest-digest": signed } = critical.image;
    const { "docker-reference": signedName } = critical.identity;
    if (signed === digest && signedName === name) return;
    throw new Error(`the signature beside ${image} is of ${signedName}@${signed}; sign this image`);
  }
  throw new Error(`${image} is signed, but not with the key that IMAGE_PUBLIC_KEY is the public half of`);
}
