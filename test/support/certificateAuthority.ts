import "reflect-metadata";

import { randomBytes } from "node:crypto";
import { isIP } from "node:net";

import * as x509 from "@peculiar/x509";

import type { CertificatePair } from "../../provider/edge/certificatePair";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 24 * 60 * 60 * 1000;

export interface Leaf {
  /** Host names and IP addresses. */
  readonly names?: readonly string[];
  /** Days from now. */
  readonly from?: number;
  readonly to?: number;
  /** URL of an OCSP responder. */
  readonly responder?: string;
}

/** A CA of a test's own, and what it signs. */
export class CertificateAuthority {
  private constructor(
    private readonly certificate: x509.X509Certificate,
    private readonly keys: CryptoKeyPair,
  ) {}

  static async create(name = "test root"): Promise<CertificateAuthority> {
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      ...validity({}),
      name: `CN=${name}`,
      keys,
      signingAlgorithm: algorithm,
      extensions: [new x509.BasicConstraintsExtension(true, undefined, true)],
    });
    return new CertificateAuthority(certificate, keys);
  }

  get pem(): string {
    return `${this.certificate.toString("pem")}\n`;
  }

  /** PEM, PKCS #8. */
  privateKey(): Promise<string> {
    return pkcs8(this.keys);
  }

  async intermediate(name = "test intermediate"): Promise<CertificateAuthority> {
    const keys = await newKeys();
    const extensions = [new x509.BasicConstraintsExtension(true, undefined, true)];
    return new CertificateAuthority(await this.issue(`CN=${name}`, keys, {}, extensions), keys);
  }

  async sign(leaf: Leaf = {}): Promise<CertificatePair> {
    const keys = await newKeys();
    const names = (leaf.names ?? ["localhost"]).map((value) => ({
      type: isIP(value) ? ("ip" as const) : ("dns" as const),
      value,
    }));
    const certificate = await this.issue("CN=test", keys, leaf, [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.SubjectAlternativeNameExtension(names),
      ...(leaf.responder === undefined
        ? []
        : [new x509.AuthorityInfoAccessExtension({ ocsp: leaf.responder })]),
    ]);
    return { certificate: `${certificate.toString("pem")}\n`, privateKey: await pkcs8(keys) };
  }

  private issue(subject: string, keys: CryptoKeyPair, leaf: Leaf, extensions: x509.Extension[]) {
    return x509.X509CertificateGenerator.create({
      ...validity(leaf),
      subject,
      issuer: this.certificate.subject,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      signingAlgorithm: algorithm,
      extensions,
    });
  }
}

function validity({ from = -1, to = 30 }: Leaf) {
  return {
    serialNumber: `01${randomBytes(8).toString("hex")}`,
    notBefore: new Date(Date.now() + from * day),
    notAfter: new Date(Date.now() + to * day),
  };
}

async function pkcs8(keys: CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
}

function newKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}
