import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { SealedIds } from "../../../../apps/gateway/src/mcp/sealedIds";

const secret = () => randomBytes(32).toString("base64url");
const current = secret();
const ids = new SealedIds({ current }, "session");
const [agent, connector] = ["agent:a", "connector-1"];

describe("a sealed id", () => {
  test("is the upstream's again for whom it was made, at every replica with the secret", () => {
    const replica = new SealedIds({ current }, "session");
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 200 }), (upstreamId) => {
        expect(replica.open(ids.seal(upstreamId, agent, connector), agent, connector)).toBe(upstreamId);
      }),
    );
  });

  test("tells nothing of the upstream's, and is visible ASCII", () => {
    const sealed = ids.seal("upstream-session", agent, connector);
    expect(sealed).toMatch(/^[\w-]+$/);
    expect(Buffer.from(sealed, "base64url").toString("latin1")).not.toContain("upstream");
    expect(ids.seal("upstream-session", agent, connector)).not.toBe(sealed);
  });

  test("is unknown to another agent, at another connector, as an id of another kind, and under another secret", () => {
    const sealed = ids.seal("s", agent, connector);
    expect(ids.open(sealed, "agent:b", connector)).toBeUndefined();
    expect(ids.open(sealed, agent, "connector-2")).toBeUndefined();
    expect(new SealedIds({ current }, "event").open(sealed, agent, connector)).toBeUndefined();
    expect(new SealedIds({ current: secret() }, "session").open(sealed, agent, connector)).toBeUndefined();
  });

  test("outlives a change of the secret while the previous one is known", () => {
    const sealed = ids.seal("s", agent, connector);
    expect(
      new SealedIds({ current: secret(), previous: current }, "session").open(sealed, agent, connector),
    ).toBe("s");
  });

  test("is unknown once a character of it is changed, or when it is anything else", () => {
    const sealed = ids.seal("upstream-session", agent, connector);
    for (let at = 0; at < sealed.length - 1; at++) {
      const changed = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1);
      expect(ids.open(changed, agent, connector)).toBeUndefined();
    }
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (text) => ids.open(text, agent, connector) === undefined),
    );
  });
});
