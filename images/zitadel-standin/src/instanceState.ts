import type { JsonObject } from "@bufbuild/protobuf";

export interface Complexity {
  minLength: number;
  hasUppercase: boolean;
  hasLowercase: boolean;
  hasNumber: boolean;
  hasSymbol: boolean;
}

export interface Human {
  type: "human";
  id: string;
  loginName: string;
  givenName: string;
  familyName: string;
  email: string;
  locked: boolean;
  failedAttempts: number;
  failedCodes: number;
  passwordHash: string;
  /** ISO 8601. */
  passwordChanged: string;
  changeRequired: boolean;
  totpSecret?: string;
}

export interface Machine {
  type: "machine";
  id: string;
  loginName: string;
  name: string;
  jwt: boolean;
  /** Of the client credentials grant. */
  secretHash?: string;
  /** Of the JWT profile; PEM, and until when, ISO 8601. */
  keys?: { id: string; publicKey: string; expires: string }[];
}

export interface Project {
  id: string;
  name: string;
  roleAssertion: boolean;
  roles: { key: string; displayName: string }[];
}

export interface App {
  id: string;
  projectId: string;
  name: string;
  clientId: string;
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  grantTypes: string[];
  native: boolean;
  jwt: boolean;
  roleAssertion: boolean;
  devMode: boolean;
}

export interface Grant {
  id: string;
  userId: string;
  projectId: string;
  roleKeys: string[];
}

/** All that an instance is, as it is stored. */
export interface State {
  id: string;
  orgId: string;
  orgName: string;
  /** Sealed with the masterkey. */
  secrets: string;
  users: (Human | Machine)[];
  projects: Project[];
  apps: App[];
  grants: Grant[];
  /** The six policies; login, oidc and security in their protobuf's JSON. */
  login: JsonObject;
  oidc: JsonObject;
  security: JsonObject;
  lockout: { maxPasswordAttempts: number; maxOtpAttempts: number };
  complexity: Complexity;
  age: { maxAgeDays: number; expireWarnDays: number };
}

/** The real server's defaults, weak as they are. */
export const defaults = {
  login: {
    allowUsernamePassword: true,
    allowRegister: true,
    allowExternalIdp: true,
    passwordlessType: "PASSWORDLESS_TYPE_ALLOWED",
    passwordCheckLifetime: "864000s",
    externalLoginCheckLifetime: "864000s",
    mfaInitSkipLifetime: "2592000s",
    secondFactorCheckLifetime: "64800s",
    multiFactorCheckLifetime: "43200s",
  },
  oidc: {
    accessTokenLifetime: "43200s",
    idTokenLifetime: "43200s",
    refreshTokenIdleExpiration: "2592000s",
    refreshTokenExpiration: "7776000s",
  },
  security: {},
  lockout: { maxPasswordAttempts: 0, maxOtpAttempts: 0 },
  complexity: { minLength: 8, hasUppercase: true, hasLowercase: true, hasNumber: true, hasSymbol: true },
  age: { maxAgeDays: 0, expireWarnDays: 0 },
};
