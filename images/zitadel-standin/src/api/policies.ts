import {
  create,
  type DescMessage,
  fromJson,
  type JsonObject,
  type MessageShape,
  toJson,
} from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import {
  AdminService,
  UpdateLoginPolicyRequestSchema,
  UpdateOIDCSettingsRequestSchema,
} from "@zitadel/proto/zitadel/admin_pb.js";
import { LoginPolicySchema } from "@zitadel/proto/zitadel/policy_pb.js";
import { OIDCSettingsSchema } from "@zitadel/proto/zitadel/settings_pb.js";
import { SecuritySettingsSchema } from "@zitadel/proto/zitadel/settings/v2/security_settings_pb.js";
import {
  SetSecuritySettingsRequestSchema,
  SettingsService,
} from "@zitadel/proto/zitadel/settings/v2/settings_service_pb.js";
import { isDeepStrictEqual } from "node:util";

import type { Instance } from "../instance.ts";

/** The instance's policies: AdminService v1, and SettingsService v2 for security. */
export function policies(router: ConnectRouter, instance: Instance): void {
  const { state } = instance;

  /** Refuses what changes nothing, as the real server does. */
  const update = async <K extends keyof typeof state>(key: K, value: (typeof state)[K]) => {
    if (isDeepStrictEqual(state[key], value))
      throw new ConnectError(`Errors.IAM.${key}Policy.NotChanged`, Code.FailedPrecondition);
    state[key] = value;
    await instance.save();
    return {};
  };

  router.service(AdminService, {
    healthz: () => ({}),
    getDefaultOrg: () => ({ org: { id: state.orgId, name: state.orgName } }),
    getLoginPolicy: () => ({ policy: { ...read(LoginPolicySchema, state.login), isDefault: true } }),
    updateLoginPolicy: (request) => update("login", written(UpdateLoginPolicyRequestSchema, request)),
    getOIDCSettings: () => ({ settings: read(OIDCSettingsSchema, state.oidc) }),
    updateOIDCSettings: (request) => update("oidc", written(UpdateOIDCSettingsRequestSchema, request)),
    getLockoutPolicy: () => {
      const { maxPasswordAttempts, maxOtpAttempts } = state.lockout;
      return {
        policy: {
          maxPasswordAttempts: BigInt(maxPasswordAttempts),
          maxOtpAttempts: BigInt(maxOtpAttempts),
          isDefault: true,
        },
      };
    },
    updateLockoutPolicy: ({ maxPasswordAttempts, maxOtpAttempts }) =>
      update("lockout", { maxPasswordAttempts, maxOtpAttempts }),
    getPasswordComplexityPolicy: () => ({
      policy: { ...state.complexity, minLength: BigInt(state.complexity.minLength), isDefault: true },
    }),
    updatePasswordComplexityPolicy: ({ minLength, hasUppercase, hasLowercase, hasNumber, hasSymbol }) =>
      update("complexity", { minLength, hasUppercase, hasLowercase, hasNumber, hasSymbol }),
    getPasswordAgePolicy: () => {
      const { maxAgeDays, expireWarnDays } = state.age;
      return {
        policy: { maxAgeDays: BigInt(maxAgeDays), expireWarnDays: BigInt(expireWarnDays), isDefault: true },
      };
    },
    updatePasswordAgePolicy: ({ maxAgeDays, expireWarnDays }) =>
      update("age", { maxAgeDays, expireWarnDays }),
  });

  router.service(SettingsService, {
    getSecuritySettings: () => ({ settings: read(SecuritySettingsSchema, state.security) }),
    setSecuritySettings: (request) => update("security", written(SetSecuritySettingsRequestSchema, request)),
  });
}

/** A policy's request and the policy itself name and write their fields alike. */
function read<T extends DescMessage>(schema: T, json: JsonObject): MessageShape<T> {
  return create(schema, fromJson(schema, json, { ignoreUnknownFields: true }) as never);
}

function written<T extends DescMessage>(schema: T, request: MessageShape<T>): JsonObject {
  return toJson(schema, request) as JsonObject;
}
