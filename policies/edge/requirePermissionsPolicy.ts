import { masked } from "../masked";
import { headerOf, nginxPolicy } from "./nginxBlocks";

const features = ["camera", "microphone", "geolocation", "payment"];

/** Requires an nginx that serves TLS to turn off what no page of the platform uses. */
export const requirePermissionsPolicy = nginxPolicy({
  finding: "edge-header-require-permissions-policy",
  *check(tls) {
    const value = headerOf(tls, "Permissions-Policy");
    const missing = features.filter((feature) => !new RegExp(`\\b${feature}=\\(\\)`).test(value ?? ""));
    if (missing.length === 0) return;
    const observed = `${tls.path} sends Permissions-Policy: ${masked(value)}`;
    yield { observed, required: missing.map((feature) => `${feature}=()`).join(", ") };
  },
});
