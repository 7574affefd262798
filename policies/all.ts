import { disallowAllInterfaces } from "./container/disallowAllInterfaces";
import { disallowCustomCgroup } from "./container/disallowCustomCgroup";
import { disallowDefaultBridge } from "./container/disallowDefaultBridge";
import { disallowDockerSocket } from "./container/disallowDockerSocket";
import { disallowEnvironmentSecret } from "./container/disallowEnvironmentSecret";
import { disallowHostDevice } from "./container/disallowHostDevice";
import { disallowHostNamespace } from "./container/disallowHostNamespace";
import { disallowLabelSecret } from "./container/disallowLabelSecret";
import { disallowLatest } from "./container/disallowLatest";
import { disallowPrivileged } from "./container/disallowPrivileged";
import { disallowPrivilegedPort } from "./container/disallowPrivilegedPort";
import { disallowSensitivePath } from "./container/disallowSensitivePath";
import { disallowSharedPropagation } from "./container/disallowSharedPropagation";
import { disallowSshd } from "./container/disallowSshd";
import { disallowUnconfined } from "./container/disallowUnconfined";
import { limitRestarts } from "./container/limitRestarts";
import { requireDigest } from "./container/requireDigest";
import { requireDropAll } from "./container/requireDropAll";
import { requireHealthcheck } from "./container/requireHealthcheck";
import { requireLimits } from "./container/requireLimits";
import { requireNoNewPrivileges } from "./container/requireNoNewPrivileges";
import { requireNonRoot } from "./container/requireNonRoot";
import { requireReadOnly } from "./container/requireReadOnly";
import type { PolicyDefinition, StackPolicyDefinition } from "./definePolicy";
import { disallowPluginPermissions } from "./docker/disallowPluginPermissions";
import { requireOverlayEncryption } from "./docker/requireOverlayEncryption";
import { requireHsts } from "./edge/requireHsts";
import { disallowExpired } from "./exemption/disallowExpired";
import { disallowUnused } from "./exemption/disallowUnused";
import { disallowBypass } from "./github/disallowBypass";
import { disallowPublicRepository } from "./github/disallowPublicRepository";
import { limitActions } from "./github/limitActions";
import { requireEnvironmentReviewers } from "./github/requireEnvironmentReviewers";
import { requireEnvironmentSecret } from "./github/requireEnvironmentSecret";
import { requireReview } from "./github/requireReview";
import { requireSignedCommits } from "./github/requireSignedCommits";
import { requireVulnerabilityAlerts } from "./github/requireVulnerabilityAlerts";
import { disallowBuildSecret } from "./image/disallowBuildSecret";
import { disallowLatestTag } from "./image/disallowLatestTag";
import { requirePullByDigest } from "./image/requirePullByDigest";
import { disallowAllPrivileges } from "./postgres/disallowAllPrivileges";
import { disallowAuditModification } from "./postgres/disallowAuditModification";
import { disallowDdl } from "./postgres/disallowDdl";
import { disallowEscalation } from "./postgres/disallowEscalation";
import { disallowGrantOption } from "./postgres/disallowGrantOption";
import { disallowPublicGrant } from "./postgres/disallowPublicGrant";
import { disallowSuperuser } from "./postgres/disallowSuperuser";
import { disallowWeakAuthentication } from "./postgres/disallowWeakAuthentication";
import { requireProviderTls as requirePostgresProviderTls } from "./postgres/requireProviderTls";
import { requireTls as requirePostgresTls } from "./postgres/requireTls";
import { disallowKnownDevValue } from "./secret/disallowKnownDevValue";
import { requireMark } from "./secret/requireMark";
import { disallowDevMode } from "./vault/disallowDevMode";
import { disallowRawAudit } from "./vault/disallowRawAudit";
import { disallowRootToken } from "./vault/disallowRootToken";
import { disallowStaticToken } from "./vault/disallowStaticToken";
import { disallowSudo } from "./vault/disallowSudo";
import { disallowWildcard } from "./vault/disallowWildcard";
import { limitTokenTtl } from "./vault/limitTokenTtl";
import { requireAuditDevices } from "./vault/requireAuditDevices";
import { requireListenerTls } from "./vault/requireListenerTls";
import { requirePersistence } from "./vault/requirePersistence";
import { requireProviderTls as requireVaultProviderTls } from "./vault/requireProviderTls";
import { requirePin } from "./workflow/requirePin";
import { limitPermissions } from "./workflow/limitPermissions";
import { disallowInjection } from "./workflow/disallowInjection";
import { disallowUntrusted } from "./workflow/disallowUntrusted";
import { disallowPersistedCredentials } from "./workflow/disallowPersistedCredentials";
import { disallowPersonalToken } from "./workflow/disallowPersonalToken";
import { requireRoleBinding } from "./vault/requireRoleBinding";
import { disallowInsecureRedirect } from "./zitadel/disallowInsecureRedirect";
import { limitAttempts } from "./zitadel/limitAttempts";
import { limitTokenLife } from "./zitadel/limitTokenLife";
import { requireExternalTls } from "./zitadel/requireExternalTls";
import { requireLength } from "./zitadel/requireLength";
import { requireMfa } from "./zitadel/requireMfa";
import { requirePasswordChange } from "./zitadel/requirePasswordChange";
import { disallowSharedVolume } from "./container/disallowSharedVolume";
import { disallowUnlimited } from "./container/disallowUnlimited";
import { requireCsp } from "./edge/requireCsp";
import { requireHeaders } from "./edge/requireHeaders";
import { requirePermissionsPolicy } from "./edge/requirePermissionsPolicy";
import { disallowShadowedHeader } from "./edge/disallowShadowedHeader";
import { requireRateLimits } from "./edge/requireRateLimits";
import { disallowReuse } from "./secret/disallowReuse";
import { disallowPlainOutput } from "./secret/disallowPlainOutput";
import { disallowClientToken } from "./vault/disallowClientToken";
import { requireNetworkIsolation } from "./vault/requireNetworkIsolation";
import { disallowSuperuserConnection } from "./postgres/disallowSuperuserConnection";
import { disallowPrivilegedHook } from "./container/disallowPrivilegedHook";
import { disallowCommandSecret } from "./container/disallowCommandSecret";
import { requireOwnPassword } from "./zitadel/requireOwnPassword";
import { disallowUntrustedExtension } from "./postgres/disallowUntrustedExtension";
import { requirePinnedSearchPath } from "./postgres/requirePinnedSearchPath";
import { requireEnvironmentBranches } from "./github/requireEnvironmentBranches";
import { limitWorkflowToken } from "./github/limitWorkflowToken";
import { limitLeaseTtl } from "./vault/limitLeaseTtl";
import { requireEngineTls } from "./docker/requireEngineTls";
import { requireRegistryTls } from "./image/requireRegistryTls";
import { disallowBuildPrivilege } from "./image/disallowBuildPrivilege";

const onDeclarations: readonly (PolicyDefinition | StackPolicyDefinition)[] = [
  disallowLatest,
  requireDigest,
  disallowPrivileged,
  disallowDockerSocket,
  disallowHostNamespace,
  disallowEnvironmentSecret,
  disallowAllInterfaces,
  requireNonRoot,
  requireReadOnly,
  requireDropAll,
  requireNoNewPrivileges,
  requireLimits,
  requireHealthcheck,
  disallowKnownDevValue,
  disallowDevMode,
  disallowSuperuser,
  disallowEscalation,
  disallowDdl,
  disallowUnconfined,
  disallowSensitivePath,
  disallowSharedPropagation,
  disallowPrivilegedPort,
  disallowSshd,
  disallowHostDevice,
  limitRestarts,
  disallowCustomCgroup,
  disallowDefaultBridge,
  disallowLatestTag,
  requirePullByDigest,
  disallowBuildSecret,
  disallowPluginPermissions,
  requireOverlayEncryption,
  disallowWildcard,
  disallowSudo,
  disallowRootToken,
  limitTokenTtl,
  disallowAllPrivileges,
  disallowPublicGrant,
  disallowGrantOption,
  requireEnvironmentSecret,
  requireEnvironmentReviewers,
  disallowPublicRepository,
  requireVulnerabilityAlerts,
  requireReview,
  requireSignedCommits,
  disallowBypass,
  limitActions,
  requirePasswordChange,
  requireExternalTls,
  disallowInsecureRedirect,
  requireMfa,
  limitAttempts,
  requireLength,
  limitTokenLife,
  requireHsts,
  requirePersistence,
  requireListenerTls,
  disallowWeakAuthentication,
  disallowAuditModification,
  requireVaultProviderTls,
  requirePostgresProviderTls,
  requirePostgresTls,
  requireMark,
  disallowLabelSecret,
  requirePin,
  limitPermissions,
  disallowInjection,
  disallowUntrusted,
  disallowPersistedCredentials,
  disallowPersonalToken,
  disallowSharedVolume,
  disallowUnlimited,
  requireCsp,
  requireHeaders,
  requirePermissionsPolicy,
  disallowShadowedHeader,
  requireRateLimits,
  disallowReuse,
  disallowPlainOutput,
  disallowStaticToken,
  requireNetworkIsolation,
  disallowSuperuserConnection,
  disallowClientToken,
  disallowRawAudit,
  requireAuditDevices,
  requireRoleBinding,
  disallowPrivilegedHook,
  disallowCommandSecret,
  requireOwnPassword,
  disallowUntrustedExtension,
  requirePinnedSearchPath,
  requireEnvironmentBranches,
  limitWorkflowToken,
  limitLeaseTtl,
  requireEngineTls,
  requireRegistryTls,
  disallowBuildPrivilege,
];

/**
 * Every policy of the pack. Apart from index.ts, which starts a server and never ends. Those on exemptions come last:
 * they tell what no other policy needed.
 */
export const policies = [...onDeclarations, disallowExpired, disallowUnused];
