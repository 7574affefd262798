import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { read, readText, unknown } from "../unknown";

/** Refuses a Docker engine that is reached over the network without a certificate: who reaches it is root there. */
export const requireEngineTls = definePolicy({
  finding: "docker-provider-require-tls",
  type: "pulumi:providers:docker",
  *check({ props }) {
    const host = readText(props, "host");
    if (host === undefined || host === unknown || !/^(tcp|http):/i.test(host.trim())) return;
    const certified = ["certPath", "caMaterial"].some((input) => (read(props, input) ?? "") !== "");
    if (!certified)
      yield {
        observed: `host is ${masked(host)}, without a CA`,
        required: "ssh://, or a CA and a certificate",
      };
  },
});
