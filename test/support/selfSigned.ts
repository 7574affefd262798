import "reflect-metadata";

import { X509CertificateGenerator } from "@peculiar/x509";

/** A certificate made for one test run, as PEM. */
export async function selfSigned(): Promise<string> {
  const keys = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, [
    "sign",
    "verify",
  ]);
  const created = await X509CertificateGenerator.createSelfSigned({ name: "CN=test", keys });
  return created.toString("pem");
}
