import { createPrivateKey, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { getCACertificates } from "node:tls";

/** A server's certificate and key, as they are given. */
export interface CertificatePair {
  /** PEM; the leaf first, then the chain. */
  readonly certificate: string;
  /** PEM. */
  readonly privateKey: string;
}

/** What a server's certificate has to be good for. */
export interface CertificateUse {
  /** Host names and IP addresses at which clients reach the server. */
  readonly names: readonly string[];
  /** PEM of the stack's own CA, which is trusted. */
  readonly caCertificate: string;
  /** Whether clients trust the CAs that this machine does, too. */
  readonly publicly?: boolean;
  /** Milliseconds since 1970. Default: now. */
  readonly now?: number;
}

/** What is wrong with a pair, and with which half of it. */
export interface PairProblem {
  readonly half: keyof CertificatePair;
  /** What is wrong, then the fix. */
  readonly problem: string;
}

/** Of id-kp-serverAuth (RFC 5280, 4.2.1.12). */
const serverAuthentication = "1.3.6.1.5.5.7.3.1";

/**
 * Everything that would make clients refuse a server with this pair: times, names, chain and key. Both halves have to
 * be PEM already.
 */
export function pairProblems(
  { certificate, privateKey }: CertificatePair,
  use: CertificateUse,
): PairProblem[] {
  const problems: PairProblem[] = [];
  const now = use.now ?? Date.now();
  const [leaf, ...chain] = certificatesIn(certificate);
  if (!leaf) return [{ half: "certificate", problem: "holds no certificate; give PEM, the leaf first" }];

  for (const it of [leaf, ...chain]) {
    const which = it === leaf ? "" : `: its intermediate ${nameOf(it)}`;
    if (Date.parse(it.validTo) <= now)
      problems.push({ half: "certificate", problem: `has expired on ${it.validTo}${which}; renew it` });
    if (Date.parse(it.validFrom) > now) {
      const problem = `is valid only from ${it.validFrom}${which}; give one that is valid now, or set this machine's clock`;
      problems.push({ half: "certificate", problem });
    }
  }
  const missing = use.names.filter((name) => !covers(leaf, name));
  if (missing.length > 0) {
    const own = leaf.subjectAltName ?? "no name at all";
    const problem = `is not for ${missing.join(", ")}, but for ${own}; get one that names them all`;
    problems.push({ half: "certificate", problem });
  }
  if (leaf.ca || (leaf.keyUsage && !leaf.keyUsage.includes(serverAuthentication)))
    problems.push({
      half: "certificate",
      problem: `begins with ${nameOf(leaf)}, which is no server's certificate; put the server's own first`,
    });
  if (!trustedChain(certificate, use)) {
    const trusted = use.publicly
      ? "that of caCertificateFile or one that this machine trusts"
      : "that of caCertificateFile";
    const problem =
      `has no chain from its issuer ${nameOf(leaf, "issuer")} to a CA that is trusted, ${trusted};` +
      " append the intermediate certificates, each after the one that it signed";
    problems.push({ half: "certificate", problem });
  }
  if (!leaf.checkPrivateKey(createPrivateKey(privateKey)))
    problems.push({
      half: "privateKey",
      problem: "is not the certificate's key; give the two that were made together",
    });
  return problems;
}

/** The certificates that lead from the leaf to a CA that is trusted here, the CA last; undefined when none do. */
export function trustedChain(
  certificate: string,
  { caCertificate, publicly = false, now = Date.now() }: Omit<CertificateUse, "names">,
): X509Certificate[] | undefined {
  const given = certificatesIn(certificate);
  const own = certificatesIn(caCertificate);
  for (const [index, current] of given.entries()) {
    const isAnchor = (ca: X509Certificate) => issued(ca, current) && Date.parse(ca.validTo) > now;
    const anchor = own.find(isAnchor) ?? (publicly ? parsedMachineCas().find(isAnchor) : undefined);
    if (anchor) return [...given.slice(0, index + 1), anchor];
    const next = given[index + 1];
    if (!next || !issued(next, current)) return undefined;
  }
  return undefined;
}

/** SHA-256 of the leaf, which tells one certificate from another. */
export function fingerprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint256;
}

export function certificatesIn(pem: string): X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^]+?-----END CERTIFICATE-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

function issued(ca: X509Certificate, certificate: X509Certificate): boolean {
  return ca.ca && certificate.checkIssued(ca) && certificate.verify(ca.publicKey);
}

/** Whether clients that ask for a host name or IP address take the certificate for it. */
export function covers(leaf: X509Certificate, name: string): boolean {
  const bare = name.replace(/^\[|\]$/g, "");
  return (isIP(bare) ? leaf.checkIP(bare) : leaf.checkHost(bare, { subject: "never" })) !== undefined;
}

function nameOf(certificate: X509Certificate, part: "subject" | "issuer" = "subject"): string {
  return certificate[part]?.replaceAll("\n", ", ") || "without a name";
}

/** PEM of the CAs that this machine trusts, Node's own and the system's; each once. */
export function machineCas(): string[] {
  return [...new Set([...getCACertificates("default"), ...getCACertificates("system")])];
}

/** Hundreds, which take a moment to parse. */
function parsedMachineCas(): X509Certificate[] {
  return (parsedCas ??= machineCas().flatMap(certificatesIn));
}
let parsedCas: X509Certificate[] | undefined;
