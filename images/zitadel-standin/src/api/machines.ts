import { type Timestamp, timestampDate, timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";
import { KeyType } from "@zitadel/proto/zitadel/auth_n_key_pb.js";
import type { ManagementService } from "@zitadel/proto/zitadel/management_pb.js";
import { AccessTokenType } from "@zitadel/proto/zitadel/user_pb.js";
import { generateKeyPairSync, randomBytes } from "node:crypto";

import { found, type Instance } from "../instance.ts";
import { newId } from "../newHuman.ts";
import { hashPassword } from "../passwords.ts";

/** What the real server gives a key that nobody gave an end. */
const never = new Date("9999-01-01T00:00:00Z");

/** Machine users, their secrets and keys: that part of ManagementService v1. */
export function machines(instance: Instance) {
  const machine = (id: string) => {
    const user = instance.user(id);
    if (user.type !== "machine") throw new ConnectError("Errors.User.NotMachine", Code.FailedPrecondition);
    return user;
  };

  return {
    addMachineUser: async ({ userName, name, accessTokenType }) => {
      const id = newId();
      const jwt = accessTokenType === AccessTokenType.JWT;
      instance.addUser({ type: "machine", id, loginName: userName, name, jwt });
      await instance.save();
      return { userId: id };
    },
    updateMachine: async ({ userId, name, accessTokenType }) => {
      Object.assign(machine(userId), { name, jwt: accessTokenType === AccessTokenType.JWT });
      await instance.save();
      return {};
    },
    generateMachineSecret: async ({ userId }) => {
      const user = machine(userId);
      const clientSecret = randomBytes(32).toString("base64url");
      user.secretHash = await hashPassword(clientSecret);
      await instance.save();
      return { clientId: user.loginName, clientSecret };
    },

    listMachineKeys: ({ userId }) => ({
      result: (machine(userId).keys ?? []).map(({ id, expires }) => ({
        id,
        type: KeyType.JSON,
        expirationDate: timestampFromDate(new Date(expires)),
      })),
    }),
    /** With a public key given, the private one is its owner's alone; else it is made here, and given this once. */
    addMachineKey: async ({ userId, type, expirationDate, publicKey }) => {
      const user = machine(userId);
      if (type !== KeyType.JSON) throw new ConnectError("Errors.Key.TypeNotSupported", Code.InvalidArgument);
      const expires = endOf(expirationDate);
      const [id, pair] = [newId(), publicKey.length > 0 ? undefined : newPair()];
      const key = { id, publicKey: pair?.publicKey ?? Buffer.from(publicKey).toString(), expires };
      user.keys = [...(user.keys ?? []), key];
      await instance.save();
      const details = {
        type: "serviceaccount",
        keyId: id,
        ...(pair && { key: pair.privateKey }),
        expirationDate: expires,
        userId,
      };
      return { keyId: id, keyDetails: Buffer.from(JSON.stringify(details)) };
    },
    removeMachineKey: async ({ userId, keyId }) => {
      const user = machine(userId);
      found(
        user.keys?.find(({ id }) => id === keyId),
        "AuthNKey.NotFound",
      );
      user.keys = user.keys!.filter(({ id }) => id !== keyId);
      await instance.save();
      return {};
    },
  } satisfies Partial<ServiceImpl<typeof ManagementService>>;
}

function endOf(expirationDate: Timestamp | undefined): string {
  const end = expirationDate ? timestampDate(expirationDate) : never;
  if (end.getTime() <= Date.now())
    throw new ConnectError("Errors.AuthNKey.ExpireBeforeNow", Code.InvalidArgument);
  return end.toISOString();
}

function newPair() {
  return generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs1", format: "pem" },
  });
}
