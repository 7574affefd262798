import { readFileSync, statSync } from "node:fs";

import { createState } from "../../commands/state";
import { temporaryState, write } from "./temporaryState";

const mode = (path: string) => statSync(path).mode & 0o777;

describe("creating the state", () => {
  it("makes a directory and a passphrase that only their owner can read", () => {
    const state = temporaryState();
    createState(state);
    expect(mode(state.directory)).toBe(0o700);
    expect(mode(state.passphraseFile)).toBe(0o600);
    expect(readFileSync(state.passphraseFile, "utf8")).toMatch(/^[\w-]{43}$/);
  });

  it("keeps the passphrase that is there", () => {
    const state = temporaryState();
    createState(state);
    const before = readFileSync(state.passphraseFile, "utf8");
    createState(state);
    expect(readFileSync(state.passphraseFile, "utf8")).toBe(before);
  });

  it("makes a passphrase for each state of its own", () => {
    const [one, other] = [temporaryState(), temporaryState()].map((state) => {
      createState(state);
      return readFileSync(state.passphraseFile, "utf8");
    });
    expect(one).not.toBe(other);
  });

  it("makes no new passphrase for secrets that are encrypted with a lost one", () => {
    const state = temporaryState();
    write(state.configFile, "encryptionsalt: v1:x\nconfig: {}\n");
    expect(() => createState(state)).toThrow(/passphrase is missing.*Fix: put the passphrase file back/);
  });
});
