import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import { SessionService } from "@zitadel/proto/zitadel/session/v2/session_service_pb.js";
import { type User, UserSchema, UserState } from "@zitadel/proto/zitadel/user/v2/user_pb.js";
import { UserService } from "@zitadel/proto/zitadel/user/v2/user_service_pb.js";

import type { Instance } from "../instance.ts";
import type { Human, Machine } from "../instanceState.ts";
import { newHuman, newId } from "../newHuman.ts";

/** UserService and SessionService, v2. */
export function users(router: ConnectRouter, instance: Instance): void {
  router.service(UserService, {
    listUsers: ({ queries }) => {
      const matching = queries.reduce((all, { query }) => {
        if (query.case === "loginNameQuery")
          return all.filter(({ loginName }) => loginName === query.value.loginName);
        throw new ConnectError(`the stand-in knows no ${query.case ?? "empty query"}`, Code.Unimplemented);
      }, instance.state.users);
      return { result: matching.map(describe) };
    },

    getUserByID: ({ userId }) => ({ user: describe(instance.user(userId)) }),

    addHumanUser: async ({ username, profile, email, passwordType }) => {
      if (passwordType.case !== "password")
        throw new ConnectError("the stand-in adds no human without a password", Code.Unimplemented);
      const human = await newHuman(
        {
          id: newId(),
          loginName: username || email?.email || "",
          givenName: profile?.givenName ?? "",
          familyName: profile?.familyName ?? "",
          email: email?.email ?? "",
          changeRequired: passwordType.value.changeRequired,
        },
        passwordType.value.password,
        instance.state.complexity,
      );
      instance.addUser(human);
      await instance.save();
      return { userId: human.id };
    },

    deleteUser: async ({ userId }) => {
      const { state } = instance;
      instance.user(userId);
      state.users = state.users.filter(({ id }) => id !== userId);
      state.grants = state.grants.filter((grant) => grant.userId !== userId);
      await instance.save();
      return {};
    },

    setPassword: async ({ userId, newPassword, verification }) => {
      const user = instance.human(userId);
      if (verification.case === "verificationCode")
        throw new ConnectError("the stand-in sends no verification codes", Code.Unimplemented);
      if (verification.case === "currentPassword") await instance.checkPassword(user, verification.value);
      await instance.setPassword(user, newPassword?.password ?? "", newPassword?.changeRequired ?? false);
      return {};
    },

    unlockUser: async ({ userId }) => {
      const user = instance.human(userId);
      if (!user.locked) throw new ConnectError("Errors.User.NotLocked", Code.FailedPrecondition);
      user.locked = false;
      user.failedAttempts = 0;
      user.failedCodes = 0;
      await instance.save();
      return {};
    },
  });

  router.service(SessionService, {
    createSession: async ({ checks }) => {
      const search = checks?.user?.search;
      if (!search?.case) throw new ConnectError("Errors.User.UserIDMissing", Code.InvalidArgument);
      const user =
        search.case === "userId" ? instance.human(search.value) : instance.humanByLogin(search.value);
      if (checks?.password) await instance.checkPassword(user, checks.password.password);
      return { sessionId: newId(), sessionToken: newId() };
    },
    // A session here is no more than the check that made it.
    deleteSession: () => ({}),
  });
}

function describe(user: Human | Machine): User {
  const locked = user.type === "human" && user.locked;
  const state = locked ? UserState.LOCKED : UserState.ACTIVE;
  return create(UserSchema, {
    userId: user.id,
    state,
    username: user.loginName,
    loginNames: [user.loginName],
    preferredLoginName: user.loginName,
    type:
      user.type === "machine"
        ? { case: "machine", value: { name: user.name } }
        : {
            case: "human",
            value: {
              userId: user.id,
              state,
              username: user.loginName,
              preferredLoginName: user.loginName,
              profile: { givenName: user.givenName, familyName: user.familyName },
              email: { email: user.email, isVerified: true },
              passwordChangeRequired: user.changeRequired,
              passwordChanged: timestampFromDate(new Date(user.passwordChanged)),
            },
          },
  });
}
