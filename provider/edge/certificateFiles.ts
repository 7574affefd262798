import { X509Certificate } from "node:crypto";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

import { pack } from "tar-stream";

import { trustedChain, type CertificatePair } from "./certificatePair";

/** Where nginx has the files. */
export const certificateDirectory = "/run/tls";

/**
 * What nginx reads, by name: certificate, chain and key in one file, so that a reload never meets halves of two pairs;
 * and stapling, with the chain that an OCSP response is checked by, where the certificate names a responder.
 */
export function certificateFiles(
  { certificate, privateKey }: CertificatePair,
  caCertificate: string,
): Record<string, string> {
  const responder = new X509Certificate(certificate).infoAccess?.includes("OCSP - URI:") ?? false;
  const chain = trustedChain(certificate, { caCertificate, publicly: true }) ?? [];
  return {
    "server.pem": [certificate, privateKey].map((it) => it.trimEnd()).join("\n") + "\n",
    "chain.pem": chain.slice(1).map(String).join(""),
    "stapling.conf": responder
      ? `ssl_stapling on;\nssl_stapling_verify on;\nssl_trusted_certificate ${certificateDirectory}/chain.pem;\n`
      : "",
  };
}

/** As a tar archive of one directory, readable by root's group alone, which nginx's user is in. */
export function certificateArchive(directory: string, files: Record<string, string>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files))
    tar.entry({ name: `${directory}/${name}`, mode: 0o440, uid: 0, gid: 0 }, content);
  tar.finalize();
  return buffer(Readable.from(tar, { objectMode: false }));
}
