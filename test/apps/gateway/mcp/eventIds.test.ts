import fc from "fast-check";
import { EventIds } from "../../../../apps/gateway/src/mcp/eventIds";

const sealed = (id: string) => `<${id}>`;
const replace = (...chunks: string[]) => {
  const ids = new EventIds(sealed);
  return chunks.map((chunk) => ids.replaceIn(Buffer.from(chunk)).toString());
};

describe("the ids in an event stream", () => {
  test.each([
    ["id: 1\ndata: x\n\n", "id: <1>\ndata: x\n\n"],
    ["id:1\r\ndata: id: 2\r\n\r\n", "id: <1>\r\ndata: id: 2\r\n\r\n"],
    ["data: x\rid: a b\r\r", "data: x\rid: <a b>\r\r"],
    ["id: 1\nid: 2\n\nid: 3\n\n", "id: <1>\nid: <2>\n\nid: <3>\n\n"],
    ["id\nid:\nidea: x\n: id: 1\n data: id: 1\n\n", "id\nid:\nidea: x\n: id: 1\n data: id: 1\n\n"],
    [`id: ${"x".repeat(700)}\n\n`, `id: ${"x".repeat(700)}\n\n`],
  ])("are replaced, and nothing else: %j", (stream, expected) => {
    expect(replace(stream)).toEqual([expected]);
  });

  test("are replaced wherever chunks end, byte for byte otherwise", () => {
    const piece = fc.constantFrom(
      "id",
      ":",
      " ",
      "1",
      "äé",
      "data: ",
      "\n",
      "\r\n",
      "\r",
      "id: 7\n",
      "\nid:8\r",
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(60)), (pieces, cuts) => {
        const stream = Buffer.from(`${pieces.join("")}\n`);
        const whole = new EventIds(sealed).replaceIn(stream).toString("latin1");
        const ids = new EventIds(sealed);
        const ends = [...cuts.filter((cut) => cut < stream.length).sort((a, b) => a - b), stream.length];
        const parts = ends.map((end, at) => ids.replaceIn(stream.subarray(ends[at - 1] ?? 0, end)));
        expect(Buffer.concat(parts).toString("latin1")).toBe(whole);
        expect(whole.replaceAll(/(?<=(?:^|[\r\n])id: )<([^<>]*)>/g, "$1").replaceAll("id: ", "id:")).toBe(
          stream.toString("latin1").replaceAll("id: ", "id:"),
        );
      }),
      { numRuns: 2000 },
    );
  });

  test("hold up nothing but what may become one", () => {
    expect(replace("data: 1", "0\ni", "d: ", "5", "\n\n", "i", "t\n")).toEqual([
      "data: 1",
      "0\n",
      "",
      "",
      "id: <5>\n\n",
      "",
      "it\n",
    ]);
  });

  test("make a stream one that can be resumed", () => {
    const ids = new EventIds(sealed);
    ids.replaceIn(Buffer.from("data: 1\n\n"));
    expect(ids.seen).toBe(false);
    ids.replaceIn(Buffer.from("id: 1\ndata: 1\n\n"));
    expect(ids.seen).toBe(true);
  });
});
