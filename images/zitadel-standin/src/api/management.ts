import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ConnectRouter } from "@connectrpc/connect";
import {
  type App as AppMessage,
  AppSchema,
  AppState,
  OIDCAppType,
  OIDCAuthMethodType,
  OIDCGrantType,
  OIDCResponseType,
  OIDCTokenType,
} from "@zitadel/proto/zitadel/app_pb.js";
import {
  type AddOIDCAppRequest,
  ManagementService,
  type UpdateOIDCAppConfigRequest,
} from "@zitadel/proto/zitadel/management_pb.js";
import { ProjectState } from "@zitadel/proto/zitadel/project_pb.js";
import { UserGrantState } from "@zitadel/proto/zitadel/user_pb.js";

import { found, type Instance } from "../instance.ts";
import type { App } from "../instanceState.ts";
import { newId } from "../newHuman.ts";
import { machines } from "./machines.ts";

/** Projects, applications, roles and grants, beside machine users: ManagementService v1. */
export function management(router: ConnectRouter, instance: Instance): void {
  const { state } = instance;
  const saved = async <T>(response: T): Promise<T> => {
    await instance.save();
    return response;
  };
  const unique = (taken: boolean, what: string) => {
    if (taken) throw new ConnectError(`Errors.${what}.AlreadyExisting`, Code.AlreadyExists);
  };

  router.service(ManagementService, {
    ...machines(instance),

    listProjects: ({ queries }) => ({
      result: state.projects
        .filter(({ name }) =>
          queries.every(({ query }) => query.case !== "nameQuery" || query.value.name === name),
        )
        .map(({ id, name, roleAssertion }) => ({
          id,
          name,
          state: ProjectState.ACTIVE,
          projectRoleAssertion: roleAssertion,
        })),
    }),
    addProject: ({ name, projectRoleAssertion }) => {
      unique(
        state.projects.some((project) => project.name === name),
        "Project",
      );
      const id = newId();
      state.projects.push({ id, name, roleAssertion: projectRoleAssertion, roles: [] });
      return saved({ id });
    },
    updateProject: ({ id, name, projectRoleAssertion }) => {
      Object.assign(instance.project(id), { name, roleAssertion: projectRoleAssertion });
      return saved({});
    },
    removeProject: ({ id }) => {
      instance.project(id);
      state.projects = state.projects.filter((project) => project.id !== id);
      state.apps = state.apps.filter(({ projectId }) => projectId !== id);
      state.grants = state.grants.filter(({ projectId }) => projectId !== id);
      return saved({});
    },

    listProjectRoles: ({ projectId }) => ({ result: instance.project(projectId).roles }),
    addProjectRole: ({ projectId, roleKey, displayName }) => {
      const { roles } = instance.project(projectId);
      unique(
        roles.some(({ key }) => key === roleKey),
        "Project.Role",
      );
      roles.push({ key: roleKey, displayName });
      return saved({});
    },
    removeProjectRole: ({ projectId, roleKey }) => {
      const project = instance.project(projectId);
      project.roles = project.roles.filter(({ key }) => key !== roleKey);
      for (const grant of state.grants.filter((it) => it.projectId === projectId))
        grant.roleKeys = grant.roleKeys.filter((key) => key !== roleKey);
      return saved({});
    },

    listApps: ({ projectId }) => ({
      result: state.apps.filter((app) => app.projectId === projectId).map(describe),
    }),
    addOIDCApp: (request) => {
      instance.project(request.projectId);
      unique(
        state.apps.some(({ projectId, name }) => projectId === request.projectId && name === request.name),
        "Project.App",
      );
      const [id, clientId] = [newId(), newId()];
      state.apps.push({
        id,
        clientId,
        projectId: request.projectId,
        name: request.name,
        ...configured(request),
      });
      return saved({ appId: id, clientId });
    },
    updateOIDCAppConfig: (request) => {
      const app = found(
        state.apps.find(({ id, projectId }) => id === request.appId && projectId === request.projectId),
        "App.NotFound",
      );
      Object.assign(app, configured(request));
      return saved({});
    },
    removeApp: ({ appId }) => {
      state.apps = state.apps.filter(({ id }) => id !== appId);
      return saved({});
    },

    listUserGrants: ({ queries }) => ({
      result: state.grants
        .filter((grant) =>
          queries.every(
            ({ query }) =>
              (query.case !== "userIdQuery" || query.value.userId === grant.userId) &&
              (query.case !== "projectIdQuery" || query.value.projectId === grant.projectId),
          ),
        )
        .map((grant) => ({ ...grant, state: UserGrantState.ACTIVE })),
    }),
    addUserGrant: ({ userId, projectId, roleKeys }) => {
      instance.user(userId);
      requireRoles(projectId, roleKeys);
      unique(
        state.grants.some((grant) => grant.userId === userId && grant.projectId === projectId),
        "UserGrant",
      );
      const id = newId();
      state.grants.push({ id, userId, projectId, roleKeys });
      return saved({ userGrantId: id });
    },
    updateUserGrant: ({ grantId, roleKeys }) => {
      const grant = found(
        state.grants.find(({ id }) => id === grantId),
        "UserGrant.NotFound",
      );
      requireRoles(grant.projectId, roleKeys);
      grant.roleKeys = roleKeys;
      return saved({});
    },
  });

  function requireRoles(projectId: string, roleKeys: string[]): void {
    const { roles } = instance.project(projectId);
    if (!roleKeys.every((key) => roles.some((role) => role.key === key)))
      throw new ConnectError("Errors.Project.Role.NotExisting", Code.FailedPrecondition);
  }
}

type Configured = Omit<App, "id" | "clientId" | "projectId" | "name">;

function configured(request: AddOIDCAppRequest | UpdateOIDCAppConfigRequest): Configured {
  const onlyCode = request.responseTypes.every((type) => type === OIDCResponseType.OIDC_RESPONSE_TYPE_CODE);
  if (request.authMethodType !== OIDCAuthMethodType.OIDC_AUTH_METHOD_TYPE_NONE || !onlyCode)
    throw new ConnectError("the stand-in knows PKCE with a code only", Code.Unimplemented);
  return {
    redirectUris: request.redirectUris,
    postLogoutRedirectUris: request.postLogoutRedirectUris,
    grantTypes: request.grantTypes.map((type) =>
      type === OIDCGrantType.OIDC_GRANT_TYPE_REFRESH_TOKEN ? "refresh_token" : "authorization_code",
    ),
    native: request.appType === OIDCAppType.OIDC_APP_TYPE_NATIVE,
    jwt: request.accessTokenType === OIDCTokenType.OIDC_TOKEN_TYPE_JWT,
    roleAssertion: request.accessTokenRoleAssertion,
    devMode: request.devMode,
  };
}

function describe(app: App): AppMessage {
  return create(AppSchema, {
    id: app.id,
    name: app.name,
    state: AppState.ACTIVE,
    config: {
      case: "oidcConfig",
      value: {
        clientId: app.clientId,
        redirectUris: app.redirectUris,
        postLogoutRedirectUris: app.postLogoutRedirectUris,
        responseTypes: [OIDCResponseType.OIDC_RESPONSE_TYPE_CODE],
        grantTypes: app.grantTypes.map((type) =>
          type === "refresh_token"
            ? OIDCGrantType.OIDC_GRANT_TYPE_REFRESH_TOKEN
            : OIDCGrantType.OIDC_GRANT_TYPE_AUTHORIZATION_CODE,
        ),
        appType: app.native ? OIDCAppType.OIDC_APP_TYPE_NATIVE : OIDCAppType.OIDC_APP_TYPE_WEB,
        authMethodType: OIDCAuthMethodType.OIDC_AUTH_METHOD_TYPE_NONE,
        accessTokenType: app.jwt ? OIDCTokenType.OIDC_TOKEN_TYPE_JWT : OIDCTokenType.OIDC_TOKEN_TYPE_BEARER,
        accessTokenRoleAssertion: app.roleAssertion,
        devMode: app.devMode,
      },
    },
  });
}
