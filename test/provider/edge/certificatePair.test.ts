import { pairProblems, trustedChain, type CertificatePair } from "../../../provider/edge/certificatePair";
import { CertificateAuthority } from "../../support/certificateAuthority";

let root: CertificateAuthority;
let intermediate: CertificateAuthority;
beforeAll(async () => {
  root = await CertificateAuthority.create();
  intermediate = await root.intermediate();
});

const problemsOf = (pair: CertificatePair, names = ["localhost"], publicly = false) =>
  pairProblems(pair, { names, caCertificate: root.pem, publicly }).map(
    ({ half, problem }) => `${half} ${problem}`,
  );

it("accepts a pair of the CA, and one through an intermediate in the file", async () => {
  expect(problemsOf(await root.sign())).toEqual([]);
  const { certificate, privateKey } = await intermediate.sign();
  expect(problemsOf({ certificate: certificate + intermediate.pem, privateKey })).toEqual([]);
  expect(trustedChain(certificate + intermediate.pem, { caCertificate: root.pem })).toHaveLength(3);
});

it("accepts names, wildcards and addresses that cover every host", async () => {
  const pair = await root.sign({ names: ["*.example.com", "192.0.2.1"] });
  expect(problemsOf(pair, ["mcp.example.com", "auth.example.com", "192.0.2.1"])).toEqual([]);
});

describe("refuses, with what is wrong and the fix,", () => {
  it("an expired one", async () => {
    expect(problemsOf(await root.sign({ from: -20, to: -1 }))).toEqual([
      expect.stringMatching(/^certificate has expired on .+; renew it$/),
    ]);
  });

  it("one that isn't valid yet", async () => {
    expect(problemsOf(await root.sign({ from: 1 }))).toEqual([
      expect.stringMatching(/^certificate is valid only from .+; give one that is valid now/),
    ]);
  });

  it("one that lacks a host", async () => {
    expect(problemsOf(await root.sign({ names: ["mcp.test"] }), ["mcp.test", "auth.test"])).toEqual([
      "certificate is not for auth.test, but for DNS:mcp.test; get one that names them all",
    ]);
  });

  it("one without its intermediate, with them in the wrong order, or by another CA", async () => {
    const { certificate, privateKey } = await intermediate.sign();
    const other = await CertificateAuthority.create("another root");
    const unchained = expect.stringMatching(
      /^certificate has no chain from its issuer CN=.+ to a CA that is trusted.+; append the intermediate/,
    ) as string;
    expect(problemsOf({ certificate, privateKey })).toEqual([unchained]);
    expect(problemsOf(await other.sign())).toEqual([unchained]);
    expect(problemsOf(await other.sign(), ["localhost"], true)).toEqual([unchained]);
    expect(problemsOf({ certificate: intermediate.pem + certificate, privateKey })).toContainEqual(
      expect.stringContaining("is no server's certificate; put the server's own first"),
    );
  });

  it("one that only bears the name of the CA as its issuer", async () => {
    const impostor = await CertificateAuthority.create();
    expect(problemsOf(await impostor.sign())).toEqual([expect.stringContaining("has no chain")]);
  });

  it("the key of another", async () => {
    const { privateKey } = await root.sign();
    expect(problemsOf({ ...(await root.sign()), privateKey })).toEqual([
      "privateKey is not the certificate's key; give the two that were made together",
    ]);
  });

  it("several problems at once", async () => {
    const { privateKey } = await root.sign();
    const { certificate } = await root.sign({ from: -20, to: -1 });
    expect(problemsOf({ certificate, privateKey }, ["elsewhere.test"])).toHaveLength(3);
  });
});
