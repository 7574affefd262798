import fc from "fast-check";
import { AddressPolicy, isCidr } from "../../../../apps/gateway/src/egress/addressPolicy";

describe("AddressPolicy", () => {
  const policy = new AddressPolicy();

  test("allows what the operator allows, in every spelling", () => {
    const allowing = new AddressPolicy({ allow: ["10.20.0.0/16", "fd00:1::/32", "127.0.0.1"] });
    for (const address of ["10.20.0.1", "10.20.255.255", "::ffff:10.20.0.1", "fd00:1::5", "127.0.0.1"])
      expect(allowing.problem(address)).toBeUndefined();
    for (const address of ["10.21.0.1", "::ffff:10.21.0.1", "fd00:2::5", "127.0.0.2", "::1"])
      expect(allowing.problem(address)).toBeDefined();
  });

  test("denies what the operator denies, in every spelling, whatever is allowed", () => {
    const denying = new AddressPolicy({
      allow: ["10.0.0.0/8"],
      deny: ["10.20.0.0/16", "8.8.8.0/24", "2606::/16"],
    });
    for (const address of ["10.20.0.1", "8.8.8.8", "::ffff:8.8.8.8", "2606:4700::1111"])
      expect(denying.problem(address)).toBe("denied by the operator");
    for (const address of ["10.21.0.1", "8.8.4.4", "2a00::1"])
      expect(denying.problem(address)).toBeUndefined();
  });

  test("understands rules written in IPv6's mapped form, and keeps IPv6 rules off IPv4", () => {
    expect(new AddressPolicy({ deny: ["::ffff:8.8.8.0/120"] }).problem("8.8.8.8")).toBe(
      "denied by the operator",
    );
    expect(new AddressPolicy({ deny: ["::/0"] }).problem("8.8.8.8")).toBeUndefined();
    expect(new AddressPolicy({ deny: ["0.0.0.0/0"] }).problem("2a00::1")).toBeUndefined();
  });

  test("refuses public addresses of an own network unless they are allowed", () => {
    const own = ["93.184.216.0/24"];
    expect(new AddressPolicy({ own }).problem("93.184.216.34")).toBe("in one of the gateway's own networks");
    expect(new AddressPolicy({ own, allow: ["93.184.216.34"] }).problem("93.184.216.34")).toBeUndefined();
  });

  test.each(["", "localhost", "1.2.3", "1.2.3.4.5", "0x7f.1", "::1::", "fe80::1%", "127.0.0.1/8"])(
    "refuses %j, which is no address",
    (text) => expect(policy.problem(text)).toBe("not an IP address"),
  );

  test.each([
    ["10.0.0.0/8", true],
    ["10.0.0.1", true],
    ["::/0", true],
    ["::ffff:10.0.0.0/104", true],
    ["::ffff:10.0.0.0/95", false],
    ["10.0.0.0/33", false],
    ["10.0.0.0/-1", false],
    ["10.0.0.0/", false],
    ["10.0.0.0/8/8", false],
    ["::/129", false],
    ["example.com", false],
    ["", false],
  ])("isCidr(%j) is %s", (text, expected) => expect(isCidr(text)).toBe(expected));

  test("judges an IPv4 address and its mapped forms alike", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
        const groups = `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
        const expected = policy.problem(address);
        for (const mapped of [`::ffff:${address}`, `::FFFF:${groups}`, `0:0:0:0:0:ffff:${groups}`])
          expect(policy.problem(mapped)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test("refuses every IPv6 address outside 2000::/3 that doesn't map an IPv4 one", () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const first = address.startsWith("::") ? 0 : parseInt(address.split(":")[0] ?? "", 16);
        fc.pre(first < 0x2000 || first > 0x3fff);
        fc.pre(!/^(0*:)*:?(0*:)*ffff:/i.test(address));
        expect(policy.problem(address)).toBeDefined();
      }),
      { numRuns: 2000 },
    );
  });
});
