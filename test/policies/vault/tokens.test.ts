import { accepts, refuses } from "../cases";
import { unknownValue, type TestedResource } from "../evaluate";

const role = (props: object = {}): TestedResource => ({
  type: "vault:appRole/authBackendRole:AuthBackendRole",
  props: { roleName: "broker", tokenPolicies: ["broker"], tokenMaxTtl: 3600, ...props },
});
const token = (props: object = {}): TestedResource => ({
  type: "vault:index/token:Token",
  props: { policies: ["broker"], explicitMaxTtl: "1h", ...props },
});

describe("vault-token-disallow-root", () => {
  refuses("vault-token-disallow-root", {
    "a root token": () => token({ policies: ["root"] }),
    "a token that inherits its creator's policies": () => token({ policies: undefined }),
    "policies unknown until deployed": () => token({ policies: unknownValue }),
    "a role with root": () => role({ tokenPolicies: ["broker", "root"] }),
  });
});

describe("vault-token-limit-ttl", () => {
  refuses("vault-token-limit-ttl", {
    "no life given": () => role({ tokenMaxTtl: undefined }),
    "a life of 0, which is the server's default": () => role({ tokenMaxTtl: 0 }),
    "a life of 32 days": () => role({ tokenMaxTtl: 2764800 }),
    "a life just above a day": () => role({ tokenMaxTtl: 86401 }),
    "a life unknown until deployed": () => role({ tokenMaxTtl: unknownValue }),
    "a life that isn't a duration": () => token({ explicitMaxTtl: "long" }),
    "a period": () => role({ tokenPeriod: 3600 }),
    "a token's period": () => token({ period: "1h" }),
    "a token of two days": () => token({ explicitMaxTtl: "1d24h1s" }),
  });
});

accepts({
  "a role of an hour": () => role(),
  "a role of a day": () => role({ tokenMaxTtl: 86400 }),
  "a role of JWTs": () => ({ ...role(), type: "vault:jwt/authBackendRole:AuthBackendRole" }),
  "a role without policies of its own": () => role({ tokenPolicies: undefined }),
  "a token of an hour and a half": () => token({ explicitMaxTtl: "1h30m" }),
  "a token by its first life": () => token({ explicitMaxTtl: undefined, ttl: "60s" }),
  "no period": () => role({ tokenPeriod: 0 }),
});
