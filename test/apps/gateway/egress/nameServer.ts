import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIP, SocketAddress } from "node:net";

/** What a name is answered with: addresses, "silence", or "absent" (NXDOMAIN). May change between questions. */
export type Answer = readonly string[] | "silence" | "absent";

export interface NameServer {
  /** As Resolver.setServers takes it. */
  address: string;
  questions: () => number;
  close: () => void;
}

const TYPES = { 4: 1, 6: 28 } as const;

/** A real name server on loopback: UDP, A and AAAA, time to live 0. */
export async function startNameServer(answer: (name: string) => Answer): Promise<NameServer> {
  const socket = createSocket("udp4");
  let questions = 0;
  socket.on("message", (query, peer) => {
    questions++;
    const labels: string[] = [];
    let offset = 12;
    for (let length = query.readUInt8(offset); length > 0; length = query.readUInt8(offset)) {
      labels.push(query.toString("latin1", offset + 1, offset + 1 + length));
      offset += 1 + length;
    }
    const type = query.readUInt16BE(offset + 1);
    const found = answer(labels.join(".").toLowerCase());
    if (found === "silence") return;
    const addresses =
      found === "absent" ? [] : found.filter((address) => TYPES[isIP(address) as 4 | 6] === type);
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(found === "absent" ? 0x8183 : 0x8180, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(addresses.length, 6);
    const question = query.subarray(12, offset + 5);
    socket.send(Buffer.concat([header, question, ...addresses.map(record)]), peer.port, peer.address);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: `127.0.0.1:${socket.address().port}`,
    questions: () => questions,
    close: () => socket.close(),
  };
}

function record(address: string): Buffer {
  const data = isIP(address) === 4 ? Buffer.from(address.split(".").map(Number)) : groups(address);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(TYPES[isIP(address) as 4 | 6], 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function groups(address: string): Buffer {
  const plain = new SocketAddress({ address, family: "ipv6" }).address;
  const [head = [], tail = []] = plain.split("::").map((part) => part.split(":").filter(Boolean));
  const all = [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
  return Buffer.from(all.map((group) => group.padStart(4, "0")).join(""), "hex");
}
