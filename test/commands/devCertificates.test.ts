import { createPrivateKey, X509Certificate } from "node:crypto";

import {
  createDevCertificates,
  renewalReason,
  tlsServers,
  type TlsServer,
} from "../../commands/devCertificates";

const day = 24 * 60 * 60 * 1000;
const made = createDevCertificates("apexmcp-abc123", "192.0.2.7");

async function publicParts() {
  const { ca, servers } = await made;
  const certificates = Object.fromEntries(tlsServers.map((it) => [it, servers[it].certificate]));
  return { ca, certificates: certificates as Record<TlsServer, string | undefined> };
}

describe("the development certificates", () => {
  it.each(tlsServers)("name %s as it is reached, by the CA, with the key beside it", async (server) => {
    const { ca, servers } = await made;
    const certificate = new X509Certificate(servers[server].certificate);
    expect(certificate.verify(new X509Certificate(ca).publicKey)).toBe(true);
    expect(certificate.checkHost(server)).toBe(server);
    expect(certificate.checkHost("localhost")).toBe("localhost");
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.ca).toBe(false);
    expect(certificate.checkPrivateKey(createPrivateKey(servers[server].privateKey))).toBe(true);
  });

  it("name the address that the edge is published on", async () => {
    const { servers } = await made;
    expect(new X509Certificate(servers.edge.certificate).checkIP("192.0.2.7")).toBe("192.0.2.7");
    expect(new X509Certificate(servers.vault.certificate).checkIP("192.0.2.7")).toBeUndefined();
  });

  it("come with the CA's certificate alone: its key is nowhere in what is returned", async () => {
    const all = await made;
    expect(new X509Certificate(all.ca).ca).toBe(true);
    expect(JSON.stringify(all).match(/PRIVATE KEY/g)).toHaveLength(2 * tlsServers.length);
    const caKey = new X509Certificate(all.ca).publicKey;
    for (const { privateKey } of Object.values(all.servers)) {
      expect(new X509Certificate(all.ca).checkPrivateKey(createPrivateKey(privateKey))).toBe(false);
    }
    expect(caKey.asymmetricKeyType).toBe("ec");
  });

  it("differ each time", async () => {
    const other = await createDevCertificates("apexmcp-abc123", "192.0.2.7");
    expect(other.ca).not.toBe((await made).ca);
  });
});

describe("the renewal", () => {
  const reason = async (
    change: Partial<{
      ca?: string;
      edge?: string;
      address: string;
      authHost: string;
      publicHost: string;
      inDays: number;
    }> = {},
  ) => {
    const { ca, certificates } = await publicParts();
    return renewalReason(
      "ca" in change ? change.ca : ca,
      "edge" in change ? { ...certificates, edge: change.edge } : certificates,
      change.address ?? "192.0.2.7",
      change.authHost,
      change.publicHost,
      Date.now() + (change.inDays ?? 0) * day,
    );
  };

  it("has no reason for a year less 30 days", async () => {
    expect(await reason()).toBeUndefined();
    expect(await reason({ inDays: 334 })).toBeUndefined();
  });

  it("has a reason when a certificate expires within 30 days", async () => {
    expect(await reason({ inDays: 336 })).toMatch(/certificate of vault expires on/);
  });

  it("has a reason without a CA, or with another one", async () => {
    expect(await reason({ ca: undefined })).toBe("there is no CA yet");
    expect(await reason({ ca: (await createDevCertificates("other", "127.0.0.1")).ca })).toMatch(
      /not by this CA/,
    );
    expect(await reason({ ca: "nonsense" })).toMatch(/can't be read/);
  });

  it("has a reason when a server has no certificate", async () => {
    expect(await reason({ edge: undefined })).toBe("the certificate of edge is missing");
  });

  it("has a reason when the edge moves to another address", async () => {
    expect(await reason({ address: "192.0.2.8" })).toBe("the certificate of edge is not for 192.0.2.8");
  });

  it("has a reason when the identity provider gets another host", async () => {
    expect(await reason({ authHost: "auth.test" })).toBe("the certificate of zitadel is not for auth.test");
  });
});
