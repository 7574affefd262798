import * as pulumi from "@pulumi/pulumi";

import { passwordComplexity } from "./passwordComplexity";

/** Where a resource finds Zitadel's API, and how it gets there. */
export interface ZitadelConnection {
  readonly address: string;
  readonly origin: string;
  readonly caCertificate: string;
  readonly deployerKey: pulumi.Input<string>;
  /** Where the API isn't reachable from the deploying machine; up for each call only. */
  readonly tunnel?: {
    readonly host: string;
    readonly port: number;
    readonly user: string;
    readonly privateKey: pulumi.Input<string>;
    /** As in known_hosts, without the host. */
    readonly hostKey: string;
  };
  /** Anything that changes when Zitadel's container does. */
  readonly trigger: pulumi.Input<string>;
}

function addressOf({ tunnel, deployerKey, ...rest }: ZitadelConnection) {
  return {
    ...rest,
    deployerKey: pulumi.secret(deployerKey),
    ...(tunnel && {
      tunnelHost: tunnel.host,
      tunnelPort: tunnel.port,
      tunnelUser: tunnel.user,
      tunnelPrivateKey: pulumi.secret(tunnel.privateKey),
      tunnelHostKey: tunnel.hostKey,
    }),
  };
}

const secretInputs = { additionalSecretOutputs: ["deployerKey", "tunnelPrivateKey", "password"] };

export interface AdminPasswordArgs {
  readonly connection: ZitadelConnection;
  readonly loginName: string;
  /** 14 to 70 characters of all four kinds. */
  readonly password: pulumi.Input<string>;
}

/**
 * The live administrator's password is the configured one until its owner changes it, which the next login requires
 * (article, finding 2; zitadel-admin-require-password-change). It is set when the configured one changes, and when an
 * older one is live, as after the restore of a backup; the owner's own change is left alone.
 *
 * Waits up to 60 s for Zitadel. Fails, saying what to do, when it doesn't answer, refuses key or password, or has no
 * such user. Deleting the resource changes nothing.
 */
export class AdminPassword extends pulumi.CustomResource {
  declare readonly userId: pulumi.Output<string>;
  /** When it was set, ISO 8601. */
  declare readonly passwordChanged: pulumi.Output<string>;

  constructor(name: string, { connection, ...args }: AdminPasswordArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "hardening:zitadel:AdminPassword",
      name,
      {
        ...addressOf(connection),
        ...args,
        password: pulumi.secret(args.password),
        userId: undefined,
        passwordChanged: undefined,
      },
      pulumi.mergeOptions(secretInputs, opts),
    );
  }
}

export interface InstancePoliciesArgs {
  readonly connection: ZitadelConnection;
}

/**
 * The live instance's policies (article, finding 4): a second factor for everybody (zitadel-login-require-mfa), nobody
 * registers, five wrong passwords or codes lock a user (zitadel-lockout-limit-attempts), passwords of 14 characters
 * (zitadel-password-require-length) that don't expire by themselves (NIST SP 800-63B 5.1.1.2), access tokens of 15
 * minutes, no framing and no impersonation.
 *
 * A preview lists each difference from the live ones; an update takes them away. Deleting the resource changes nothing.
 */
export class InstancePolicies extends pulumi.CustomResource {
  /** The instance's origin, known once its policies are these. */
  declare readonly instance: pulumi.Output<string>;

  constructor(name: string, { connection }: InstancePoliciesArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "hardening:zitadel:InstancePolicies",
      name,
      {
        ...addressOf(connection),
        ...passwordComplexity,
        forceMfa: true,
        allowRegister: false,
        ignoreUnknownUsernames: true,
        maxPasswordAttempts: 5,
        maxOtpAttempts: 5,
        maxAgeDays: 0,
        expireWarnDays: 0,
        accessTokenMinutes: 15,
        idTokenMinutes: 15,
        refreshTokenIdleHours: 24,
        refreshTokenHours: 168,
        embeddedIframe: false,
        enableImpersonation: false,
        instance: undefined,
      },
      pulumi.mergeOptions(secretInputs, opts),
    );
  }
}

export interface ApplicationArgs {
  readonly connection: ZitadelConnection;
  readonly project: string;
  /** Every role of the project. */
  readonly roles: string[];
  readonly application: string;
  readonly redirectUris: string[];
  /** Login name, and client id, of the machine user. */
  readonly machine: string;
  readonly machineRoles: string[];
  /** Login names of people who get every role. */
  readonly people: string[];
}

/**
 * A project with its roles, an application with which people log in (authorization code and PKCE, no secret), and a
 * machine user with client credentials: on a fresh instance both log in without a click. Redirects go to https or
 * loopback addresses only (zitadel-application-disallow-insecure-redirect). Tokens name the project as their audience.
 */
export class Application extends pulumi.CustomResource {
  /** Zitadel's id of the organisation that everything here belongs to. */
  declare readonly organisationId: pulumi.Output<string>;
  /** The audience of every token. */
  declare readonly projectId: pulumi.Output<string>;
  declare readonly clientId: pulumi.Output<string>;
  declare readonly machineClientId: pulumi.Output<string>;
  declare readonly machineClientSecret: pulumi.Output<string>;

  constructor(name: string, { connection, ...args }: ApplicationArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "hardening:zitadel:Application",
      name,
      {
        ...addressOf(connection),
        ...args,
        organisationId: undefined,
        projectId: undefined,
        clientId: undefined,
        machineClientId: undefined,
        machineClientSecret: undefined,
      },
      pulumi.mergeOptions(
        { additionalSecretOutputs: [...secretInputs.additionalSecretOutputs, "machineClientSecret"] },
        opts,
      ),
    );
  }
}
