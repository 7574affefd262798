import { definePolicy } from "../definePolicy";
import { configuresNginx, nginxConfigurations } from "./nginxConfigurations";

const oneYear = 31_536_000;

/** Requires an nginx that serves TLS to send Strict-Transport-Security of a year or more. */
export const requireHsts = definePolicy({
  finding: "edge-header-require-hsts",
  appliesTo: configuresNginx,
  *check({ props }) {
    const configurations = nginxConfigurations(props);
    const served = configurations.find(({ text }) => /^\s*listen\s[^;]*\bssl\b/m.test(text));
    if (!served) return;
    const ages = configurations.flatMap(({ text }) =>
      [...text.matchAll(/Strict-Transport-Security[^;]*max-age=(\d+)/gi)].map(([, age]) => Number(age)),
    );
    if (ages.length === 0 || Math.min(...ages) < oneYear) {
      const observed =
        ages.length === 0 ? "sends no Strict-Transport-Security" : `sends max-age=${Math.min(...ages)}`;
      yield { observed: `${served.path} ${observed}`, required: `max-age=${oneYear} or more` };
    }
  },
});
