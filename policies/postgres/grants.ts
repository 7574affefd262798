const grants = new Set([
  "postgresql:index/grant:Grant",
  "postgresql:index/defaultPrivileges:DefaultPrivileges",
  "postgresql:index/defaultPrivileg:DefaultPrivileg",
]);

/** Whether a resource of this type grants privileges on objects. */
export const isGrant = (type: string): boolean => grants.has(type);
