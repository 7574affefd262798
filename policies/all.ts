import { disallowAllInterfaces } from "./container/disallowAllInterfaces";
import { disallowCustomCgroup } from "./container/disallowCustomCgroup";
import { disallowDefaultBridge } from "./container/disallowDefaultBridge";
import { disallowDockerSocket } from "./container/disallowDockerSocket";
import { disallowEnvironmentSecret } from "./container/disallowEnvironmentSecret";
import { disallowHostDevice } from "./container/disallowHostDevice";
import { disallowHostNamespace } from "./container/disallowHostNamespace";
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
import type { PolicyDefinition } from "./definePolicy";
import { disallowSuperuser } from "./postgres/disallowSuperuser";
import { disallowKnownDevValue } from "./secret/disallowKnownDevValue";
import { disallowDevMode } from "./vault/disallowDevMode";

/** Every policy of the pack. Apart from index.ts, which starts a server and never ends. */
export const policies: readonly PolicyDefinition[] = [
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
  disallowUnconfined,
  disallowSensitivePath,
  disallowSharedPropagation,
  disallowPrivilegedPort,
  disallowSshd,
  disallowHostDevice,
  limitRestarts,
  disallowCustomCgroup,
  disallowDefaultBridge,
];
