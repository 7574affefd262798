import type { Instance } from "../instance.ts";

/** Audience, subject and roles of an access token, as Zitadel sets them, for the scopes that it was asked for with. */
export function claimsFor(instance: Instance, clientId: string, subject: string, requested: string[]) {
  const { apps } = instance.state;
  const app = apps.find((it) => it.clientId === clientId);
  const named = requested.flatMap(
    (scope) => /^urn:zitadel:iam:org:project:id:(\w+):aud$/.exec(scope)?.[1] ?? [],
  );
  const own = app
    ? [...apps.filter((it) => it.projectId === app.projectId).map((it) => it.clientId), app.projectId]
    : [];
  const audience = [...new Set([...own, ...named])];

  const wanted = (app?.roleAssertion ?? false) || requested.includes("urn:zitadel:iam:org:projects:roles");
  const projects = instance.state.projects.filter(
    ({ id, roleAssertion }) => audience.includes(id) && (wanted || roleAssertion),
  );
  const roles = projects.flatMap(({ id }) => {
    const granted = instance
      .rolesOf(subject, id)
      .map((key) => [key, { [instance.state.orgId]: instance.state.orgName }]);
    return granted.length > 0
      ? [[`urn:zitadel:iam:org:project:${id}:roles`, Object.fromEntries(granted)]]
      : [];
  });
  const owner = requested.includes("urn:zitadel:iam:user:resourceowner") ? resourceOwner(instance) : {};
  return {
    sub: subject,
    client_id: clientId,
    aud: audience.length > 0 ? audience : [clientId],
    ...owner,
    ...(Object.fromEntries(roles) as Record<string, object>),
  };
}

function resourceOwner({ state }: Instance) {
  const claim = "urn:zitadel:iam:user:resourceowner";
  return { [`${claim}:id`]: state.orgId, [`${claim}:name`]: state.orgName };
}
