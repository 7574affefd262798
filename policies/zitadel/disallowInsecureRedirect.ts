import { definePolicy } from "../definePolicy";
import { masked } from "../masked";
import { readFlag, readTexts, unknown } from "../unknown";

const loopback = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])([:/]|$)/i;

/** Refuses addresses to which anybody on the way, or anybody at all, could be sent with a login's code. */
export const disallowInsecureRedirect = definePolicy({
  finding: "zitadel-application-disallow-insecure-redirect",
  appliesTo: (type) =>
    /^(zitadel:index\/applicationOidc:ApplicationOidc|hardening:zitadel:Application)$/i.test(type),
  *check({ props }) {
    const devMode = readFlag(props, "devMode");
    if (devMode)
      yield {
        observed: `devMode is ${masked(devMode)}, which allows any redirect`,
        required: "absent or false",
      };
    for (const input of ["redirectUris", "postLogoutRedirectUris"]) {
      const uris = readTexts(props, input);
      if (uris === unknown) continue; // made from another resource's address
      for (const [index, uri] of uris.entries()) {
        if (uri === unknown || loopback.test(uri)) continue;
        if (/^http:/i.test(uri) || uri.includes("*")) {
          yield {
            observed: `${input}[${index}] is ${masked(uri)}`,
            required: "an https address without wildcards",
          };
        }
      }
    }
  },
});
