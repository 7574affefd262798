import "reflect-metadata";

import { X509Certificate as ParsedCertificate } from "node:crypto";
import { isIP } from "node:net";

import * as x509 from "@peculiar/x509";

import { covers } from "../provider/edge/certificatePair";

/** The servers of the dev stack that speak TLS. */
export const tlsServers = ["vault", "postgres", "broker", "zitadel", "edge"] as const;
export type TlsServer = (typeof tlsServers)[number];

export interface DevCertificates {
  /** PEM of the CA. Its key is gone: nobody can sign another certificate with it. */
  readonly ca: string;
  readonly servers: Readonly<
    Record<TlsServer, { readonly certificate: string; readonly privateKey: string }>
  >;
}

const behindAuthHost: ReadonlySet<TlsServer> = new Set(["zitadel", "edge"]);
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 24 * 60 * 60 * 1000;
const lifetime = 365 * day;
/** A certificate with less time left is renewed. */
const renewal = 30 * day;

/**
 * Signs a certificate for each server with a new CA, and throws the CA's key away.
 *
 * @param stack name of the stack, which the containers' names start with
 * @param edgeAddress IP address that the edge is published on
 * @param authHost host name of the identity provider, which the edge and Zitadel answer to
 * @param publicHost host name at which clients reach the edge
 */
export async function createDevCertificates(
  stack: string,
  edgeAddress: string,
  authHost = "auth.localhost",
  publicHost = "localhost",
): Promise<DevCertificates> {
  const notBefore = new Date(Date.now() - 60 * 60 * 1000);
  const notAfter = new Date(Date.now() + lifetime);
  const keys = await generateKeys();
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: `CN=${stack} development CA`,
    notBefore,
    notAfter,
    keys,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });

  const serverCertificate = async (server: TlsServer) => {
    const own = await generateKeys();
    const names = new Set([
      ...[server, `${stack}-${server}`, "localhost", "127.0.0.1"],
      ...(server === "edge" ? [publicHost, ...(isIP(edgeAddress) ? [edgeAddress] : [])] : []),
      ...(behindAuthHost.has(server) ? [authHost] : []),
    ]);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: `CN=${stack}-${server}`,
      issuer: ca.subject,
      notBefore,
      notAfter,
      publicKey: own.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: algorithm,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(
          [...names].map((value) => ({ type: isIP(value) ? ("ip" as const) : ("dns" as const), value })),
        ),
        await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", own.privateKey);
    return {
      certificate: certificate.toString("pem"),
      privateKey: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"),
    };
  };

  return {
    ca: ca.toString("pem"),
    servers: {
      vault: await serverCertificate("vault"),
      postgres: await serverCertificate("postgres"),
      broker: await serverCertificate("broker"),
      zitadel: await serverCertificate("zitadel"),
      edge: await serverCertificate("edge"),
    },
  };
}

/**
 * Whether certificates have to be made anew, all of them, since the CA can't sign another.
 *
 * @param ca PEM of the CA
 * @param certificates PEM of each server's certificate
 * @returns the reason, or undefined when they are good for another 30 days
 */
export function renewalReason(
  ca: string | undefined,
  certificates: Readonly<Record<TlsServer, string | undefined>>,
  edgeAddress: string,
  authHost = "auth.localhost",
  publicHost = "localhost",
  now = Date.now(),
): string | undefined {
  if (ca === undefined) return "there is no CA yet";
  const authority = parse(ca);
  if (!authority) return "the CA's certificate can't be read";
  for (const server of tlsServers) {
    const pem = certificates[server];
    const certificate = pem === undefined ? undefined : parse(pem);
    if (!certificate) return `the certificate of ${server} is missing`;
    if (!certificate.verify(authority.publicKey)) return `the certificate of ${server} is not by this CA`;
    const left = Date.parse(certificate.validTo) - now;
    if (left < renewal) return `the certificate of ${server} expires on ${certificate.validTo}`;
    const names = [
      ...(behindAuthHost.has(server) ? [authHost] : []),
      ...(server === "edge" ? [publicHost, ...(isIP(edgeAddress) ? [edgeAddress] : [])] : []),
    ];
    const missing = names.find((name) => !covers(certificate, name));
    if (missing !== undefined) return `the certificate of ${server} is not for ${missing}`;
  }
  return undefined;
}

function generateKeys() {
  return crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

/** 16 random bytes with the first bit clear, since a serial number is a positive integer. */
function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0]! & 0x7f) | 0x01;
  return Buffer.from(bytes).toString("hex");
}

function parse(pem: string): ParsedCertificate | undefined {
  try {
    return new ParsedCertificate(pem);
  } catch {
    return undefined;
  }
}
