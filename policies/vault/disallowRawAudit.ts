import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readText, unknown } from "../unknown";

/** Refuses audit devices that write secrets in clear, or whose file anybody but Vault may read or run. */
export const disallowRawAudit = definePolicy({
  finding: "vault-audit-disallow-raw",
  type: "vault:index/audit:Audit",
  *check({ props }) {
    const raw = readText(props, "options", "log_raw");
    if (raw !== undefined && raw !== "false") {
      yield { observed: `options.log_raw is ${masked(raw)}`, required: "absent or false" };
    }
    const accessor = readText(props, "options", "hmac_accessor");
    if (accessor !== undefined && accessor !== "true") {
      yield { observed: `options.hmac_accessor is ${masked(accessor)}`, required: "absent or true" };
    }
    const mode = readText(props, "options", "mode");
    // "0000" leaves the mode as it is; Vault itself refuses to unseal over an executable file.
    if (mode !== undefined && (mode === unknown || !/^(0?[46]00|0000)$/.test(mode))) {
      yield { observed: `options.mode is ${masked(mode)}`, required: "0600, which is the default" };
    }
  },
});
