import { accepts, refuses } from "../cases";
import { unknownValue, type TestedResource } from "../evaluate";

const device = (options: object = {}): TestedResource => ({
  type: "vault:index/audit:Audit",
  props: { type: "file", path: "file", options: { file_path: "/vault/logs/audit.log", ...options } },
});

describe("vault-audit-disallow-raw", () => {
  refuses("vault-audit-disallow-raw", {
    "values in clear": () => device({ log_raw: "true" }),
    "values in clear, as a flag": () => device({ log_raw: true }),
    "values maybe in clear": () => device({ log_raw: unknownValue }),
    "accessors in clear": () => device({ hmac_accessor: "false" }),
    "a file that everybody reads": () => device({ mode: "0644" }),
    "a file that can be run": () => device({ mode: "0700" }),
  });
});

accepts({
  "a device with Vault's defaults": () => device(),
  "a device that says them": () => device({ log_raw: "false", hmac_accessor: "true", mode: "0600" }),
});
