import { platformSite, type PlatformSiteArgs, type Site } from "../../components/edge/site";

/** The platform's site, at names of a test's; a test gives what it looks at. */
export function testSite(own: Partial<PlatformSiteArgs> = {}): Site {
  return platformSite({
    publicUrl: "https://mcp.test",
    gateway: "gateway:8080",
    gatewayB: "gateway-b:8080",
    authUrl: "https://auth.test",
    zitadel: "auth.test:8080",
    zitadelCaFile: "/etc/apexmcp/ca.crt",
    redirectUris: ["http://127.0.0.1/callback"],
    bodyBytes: 1_048_576,
    ...own,
  });
}
