import { certificate } from "./edge/certificate";
import { route } from "./edge/route";
import { migrations } from "./postgres/migrations";
import { roleBounds } from "./postgres/roleBounds";
import type { AnyResource } from "./resource";
import { seal } from "./vault/seal";
import { wrappedSecretId } from "./vault/wrappedSecretId";
import { adminPassword } from "./zitadel/adminPassword";
import { application } from "./zitadel/application";
import { instancePolicies } from "./zitadel/instancePolicies";

/** Every resource of this provider by its type token. */
export const resources: Readonly<Record<string, AnyResource>> = {
  "hardening:edge:Certificate": certificate,
  "hardening:edge:Route": route,
  "hardening:postgres:Migrations": migrations,
  "hardening:postgres:RoleBounds": roleBounds,
  "hardening:vault:Seal": seal,
  "hardening:vault:WrappedSecretId": wrappedSecretId,
  "hardening:zitadel:AdminPassword": adminPassword,
  "hardening:zitadel:Application": application,
  "hardening:zitadel:InstancePolicies": instancePolicies,
};
