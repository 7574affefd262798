import { randomBytes } from "node:crypto";

import { accepts, refuses } from "../cases";
import { container, type ContainerProps } from "../compliantContainer";
import { secret, unknownValue, type TestedResource } from "../evaluate";

const of =
  (type: string, compliant: object) =>
  (props: object = {}): TestedResource => ({
    type: `zitadel:index/${type}`,
    props: { ...compliant, ...props },
  });
const upload = (content: string) =>
  container((props) => (props.uploads = [{ file: "/etc/apexmcp/zitadel.yaml", content }]));
const instance = (props: object) => ({
  type: "hardening:zitadel:InstancePolicies",
  props: { forceMfa: true, maxPasswordAttempts: 5, minLength: 14, ...props },
});
const environment = (entry: string) => container((props) => props.envs.push(entry));
const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();

const application = of("applicationOidc:ApplicationOidc", {
  redirectUris: ["https://app.example.com/callback"],
});
const login = of("defaultLoginPolicy:DefaultLoginPolicy", { forceMfa: true });
const lockout = of("lockoutPolicy:LockoutPolicy", { maxPasswordAttempts: 5 });
const complexity = of("passwordComplexityPolicy:PasswordComplexityPolicy", { minLength: 12 });
const token = of("personalAccessToken:PersonalAccessToken", { expirationDate: inDays(90) });

describe("zitadel-admin-require-password-change", () => {
  refuses("zitadel-admin-require-password-change", {
    false: () => environment("ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORDCHANGEREQUIRED=false"),
    nothing: () => environment("ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORDCHANGEREQUIRED="),
    "a value unknown until deployed": () =>
      container((props) =>
        props.envs.push({
          name: "ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORDCHANGEREQUIRED",
          value: unknownValue,
        }),
      ),
    "false in quotes": () => upload("PasswordChangeRequired:  'false'"),
    "false in JSON": () => upload('{"Human":{"PasswordChangeRequired" : false}}'),
    "false in a file": () =>
      upload("FirstInstance:\n  Org:\n    Human:\n      PasswordChangeRequired: false\n"),
  });
});

describe("zitadel-instance-require-tls", () => {
  refuses("zitadel-instance-require-tls", {
    "no TLS outside, in a file": () => upload('{"ExternalSecure": false}'),
    "no TLS outside, in YAML": () => upload("Log: info\nExternalSecure:false\n"),
    "no TLS outside, at the file's start": () => upload("ExternalSecure : 'false'"),
    "no TLS outside, in compact JSON": () => upload('{"a":1,"ExternalSecure":  "false"}'),
    "no TLS outside": () => environment("ZITADEL_EXTERNALSECURE=false"),
    "TLS disabled by a flag": () =>
      container((props) => (props.command = ["start-from-init", "--tlsMode", "disabled"])),
    "TLS disabled in one word": () =>
      container((props) => (props.command = ["start-from-init", "--tlsMode=disabled"])),
  });
});

describe("zitadel-application-disallow-insecure-redirect", () => {
  refuses("zitadel-application-disallow-insecure-redirect", {
    "http of an application of this provider": () => ({
      type: "hardening:zitadel:Application",
      props: { redirectUris: ["http://app.example.com/callback"] },
    }),
    http: () => application({ redirectUris: ["http://app.example.com/callback"] }),
    "a wildcard": () => application({ redirectUris: ["https://*.example.com/callback"] }),
    "http after logout": () => application({ postLogoutRedirectUris: ["http://app.example.com/"] }),
    "a host that only begins like the loopback's": () =>
      application({ redirectUris: ["http://localhost.example.com/"] }),
    "the development mode": () => application({ devMode: true }),
    "a development mode unknown until deployed": () => application({ devMode: unknownValue }),
  });
});

describe("zitadel-login-require-mfa", () => {
  refuses("zitadel-login-require-mfa", {
    "an instance without a second factor": () => instance({ forceMfa: false }),
    "no second factor": () => login({ forceMfa: false }),
    "a second factor it says nothing of": () => login({ forceMfa: undefined }),
    "a second factor unknown until deployed": () => login({ forceMfa: unknownValue }),
    "an organisation's policy": () => ({
      ...login({ forceMfa: false }),
      type: "zitadel:index/loginPolicy:LoginPolicy",
    }),
  });
});

describe("zitadel-lockout-limit-attempts", () => {
  refuses("zitadel-lockout-limit-attempts", {
    "0, of an instance of this provider": () => instance({ maxPasswordAttempts: 0 }),
    "an instance's default": () => ({
      ...lockout({ maxPasswordAttempts: 0 }),
      type: "zitadel:index/defaultLockoutPolicy:DefaultLockoutPolicy",
    }),
    "0, which is never": () => lockout({ maxPasswordAttempts: 0 }),
    "none given": () => lockout({ maxPasswordAttempts: undefined }),
    "11": () => lockout({ maxPasswordAttempts: 11 }),
    "attempts unknown until deployed": () => lockout({ maxPasswordAttempts: unknownValue }),
  });
});

describe("zitadel-password-require-length", () => {
  refuses("zitadel-password-require-length", {
    "8 characters, of an instance of this provider": () => instance({ minLength: 8 }),
    "8 characters, by an instance's default": () => ({
      ...complexity({ minLength: 8 }),
      type: "zitadel:index/defaultPasswordComplexityPolicy:DefaultPasswordComplexityPolicy",
    }),
    "8 characters": () => complexity({ minLength: 8 }),
    "none given": () => complexity({ minLength: undefined }),
    "a length unknown until deployed": () => complexity({ minLength: unknownValue }),
  });
});

describe("zitadel-token-limit-life", () => {
  refuses("zitadel-token-limit-life", {
    years: () => token({ expirationDate: inDays(3650) }),
    "no end": () => token({ expirationDate: undefined }),
    "an end that is no date": () => token({ expirationDate: "never" }),
    "an end unknown until deployed": () => token({ expirationDate: unknownValue }),
    "the first instance's machine, for years": () =>
      environment("ZITADEL_FIRSTINSTANCE_ORG_MACHINE_PAT_EXPIRATIONDATE=2999-01-01T00:00:00Z"),
    "the first instance's login client, without an end": () =>
      environment("ZITADEL_FIRSTINSTANCE_ORG_LOGINCLIENT_PAT_EXPIRATIONDATE="),
    "a machine's key": () => ({
      ...token({ expirationDate: inDays(3650) }),
      type: "zitadel:index/machineKey:MachineKey",
    }),
  });
});

const zitadel = (change: (props: ContainerProps) => unknown = () => {}) =>
  container((props) => {
    Object.assign(props, {
      image: `ghcr.io/zitadel/zitadel:v4.7.0@sha256:${"5e".repeat(32)}`,
      entrypoints: ["/app/zitadel"],
      command: ["start-from-init", "--masterkeyFile", "/run/secrets/masterkey"],
    });
    change(props);
  });

describe("zitadel-admin-require-own-password", () => {
  refuses("zitadel-admin-require-own-password", {
    "a new instance without a password": () => zitadel(),
    "a new instance with an empty one": () =>
      zitadel((props) => props.envs.push("ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORD=")),
    "a new instance of an image without a registry": () =>
      zitadel((props) => (props.image = `zitadel:v4@sha256:${"5e".repeat(32)}`)),
    "a word unknown until deployed, before the step": () =>
      zitadel((props) => (props.command = [unknownValue, "start-from-init"])),
    "another step that sets it up": () => zitadel((props) => (props.command = ["setup"])),
    "a configuration that names the administrator alone": () =>
      zitadel(
        (props) =>
          (props.uploads = [
            { file: "/steps.yaml", content: "FirstInstance:\n  Org:\n    Human:\n      UserName: a\n" },
          ]),
      ),
  });
  accepts({
    "a password unknown until deployed, among unknown variables": () =>
      zitadel((props) => props.envs.push(unknownValue)),
    "a password in a secret configuration": () =>
      zitadel(
        (props) =>
          (props.uploads = [
            {
              file: "/steps.yaml",
              content: secret(
                `FirstInstance:\n  Org:\n    Human:\n      Password: ${randomBytes(18).toString("base64url")}\n`,
              ),
            },
          ]),
      ),
    "a file of steps": () =>
      zitadel((props) => (props.command = ["start-from-init", "--steps", "/run/secrets/steps"])),
    "the login's own container": () =>
      zitadel((props) => (props.image = `zitadel-login:v4@sha256:${"5e".repeat(32)}`)),
    "a command unknown until deployed": () => zitadel((props) => (props.command = unknownValue)),
    "an instance that is set up already": () => zitadel((props) => (props.command = ["start"])),
    "another program's set-up": () => container((props) => (props.command = ["setup"])),
  });
});

accepts({
  "a first instance's machine of 90 days": () =>
    environment(`ZITADEL_FIRSTINSTANCE_ORG_MACHINE_PAT_EXPIRATIONDATE=${inDays(90)}`),
  "a first administrator who must change the password": () =>
    environment("ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORDCHANGEREQUIRED=true"),
  "TLS outside, with spaces": () => environment("ZITADEL_EXTERNALSECURE= TRUE "),
  "TLS outside, in a file": () => upload("NotExternalSecure: false\nExternalSecure: true\nOther: false\n"),
  "another thing that is disabled": () =>
    container((props) => (props.command = ["start", "--metrics", "disabled", "--tlsMode", "enabled"])),
  "a password change, with spaces": () =>
    environment("ZITADEL_FIRSTINSTANCE_ORG_HUMAN_PASSWORDCHANGEREQUIRED= True "),
  "TLS outside": () => environment("ZITADEL_EXTERNALSECURE=true"),
  "TLS at the edge": () => container((props) => (props.command = ["start", "--tlsMode", "external"])),
  "https redirects": () => application(),
  "a redirect to the loopback": () =>
    application({ redirectUris: ["http://localhost:3000/callback", "http://127.0.0.1/"] }),
  "a redirect unknown until deployed, among others": () =>
    application({ redirectUris: [unknownValue, "https://app.example.com/callback?from=http://x"] }),
  "redirects unknown until deployed": () => application({ redirectUris: unknownValue }),
  "a second factor": () => login(),
  "a lockout": () => lockout(),
  "a lockout at once": () => lockout({ maxPasswordAttempts: 1 }),
  "a lockout after ten": () => lockout({ maxPasswordAttempts: 10 }),
  "long passwords": () => complexity(),
  "a token of 90 days": () => token(),
});
