import { requireFreshToken } from "./broker/requireFreshToken";
import { disallowAllInterfaces } from "./container/disallowAllInterfaces";
import { disallowDockerSocket } from "./container/disallowDockerSocket";
import { disallowHostNamespace } from "./container/disallowHostNamespace";
import { disallowEnvironmentSecret, disallowInspectSecret } from "./container/disallowInspectSecret";
import { disallowLatest } from "./container/disallowLatest";
import { disallowPrivileged } from "./container/disallowPrivileged";
import { requireDigest } from "./container/requireDigest";
import { requireDropAll } from "./container/requireDropAll";
import { requireHealthcheck } from "./container/requireHealthcheck";
import { requireLimits } from "./container/requireLimits";
import { requireNoNewPrivileges } from "./container/requireNoNewPrivileges";
import { requireNonRoot } from "./container/requireNonRoot";
import { requireReadOnly } from "./container/requireReadOnly";
import { requireHeaders } from "./edge/requireHeaders";
import { requireHsts } from "./edge/requireHsts";
import { requireLimit } from "./edge/requireLimit";
import { requireTls as edgeRequireTls } from "./edge/requireTls";
import { disallowPrivateAddress } from "./gateway/disallowPrivateAddress";
import { limitRate } from "./gateway/limitRate";
import { requireInjection } from "./gateway/requireInjection";
import { requireIsolation } from "./network/requireIsolation";
import { disallowAuditModification } from "./postgres/disallowAuditModification";
import { disallowDdl } from "./postgres/disallowDdl";
import { disallowEscalation } from "./postgres/disallowEscalation";
import { disallowSuperuser } from "./postgres/disallowSuperuser";
import { enableLog } from "./postgres/enableLog";
import { limitDatabases } from "./postgres/limitDatabases";
import { requirePinnedSearchPath } from "./postgres/requirePinnedSearchPath";
import { requireScram } from "./postgres/requireScram";
import { requireTls as postgresRequireTls } from "./postgres/requireTls";
import type { Probe } from "./probe";
import { disallowDevMode } from "./vault/disallowDevMode";
import { disallowRawAudit } from "./vault/disallowRawAudit";
import { disallowRootToken } from "./vault/disallowRootToken";
import { requireAuditDevices } from "./vault/requireAuditDevices";
import { requirePersistence } from "./vault/requirePersistence";
import { requireRoleBinding } from "./vault/requireRoleBinding";
import { requireTls as vaultRequireTls } from "./vault/requireTls";
import { requireUnsealed } from "./vault/requireUnsealed";
import { disallowInsecureRedirect } from "./zitadel/disallowInsecureRedirect";
import { limitAttempts } from "./zitadel/limitAttempts";
import { requireLength, requireMfa } from "./zitadel/livePolicies";
import { requirePasswordChange } from "./zitadel/requirePasswordChange";
import { requireTls as zitadelRequireTls } from "./zitadel/requireTls";

/** Every probe, in the order of the report. */
export const probes: readonly Probe[] = [
  disallowLatest,
  requireDigest,
  disallowPrivileged,
  disallowDockerSocket,
  disallowHostNamespace,
  disallowEnvironmentSecret,
  disallowInspectSecret,
  disallowAllInterfaces,
  requireNonRoot,
  requireReadOnly,
  requireDropAll,
  requireNoNewPrivileges,
  requireLimits,
  requireHealthcheck,
  requireIsolation,
  disallowDevMode,
  requirePersistence,
  vaultRequireTls,
  requireUnsealed,
  disallowRootToken,
  requireRoleBinding,
  requireAuditDevices,
  disallowRawAudit,
  requireFreshToken,
  postgresRequireTls,
  requireScram,
  limitDatabases,
  enableLog,
  disallowSuperuser,
  disallowAuditModification,
  disallowDdl,
  disallowEscalation,
  requirePinnedSearchPath,
  requireInjection,
  limitRate,
  disallowPrivateAddress,
  requirePasswordChange,
  zitadelRequireTls,
  disallowInsecureRedirect,
  requireMfa,
  limitAttempts,
  requireLength,
  edgeRequireTls,
  requireHeaders,
  requireHsts,
  requireLimit,
];
