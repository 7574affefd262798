export const tokenType = "vault:index/token:Token";

/** A role of any auth method, or a method that hands tokens out itself: `vault:kubernetes/authBackendRole:AuthBackendRole`. */
const role =
  /^vault:(\w+\/authBackendRole:AuthBackendRole|index\/certAuthBackendRole:CertAuthBackendRole|(github|ldap|okta|kerberos)\/authBackend:AuthBackend)$/;

/** Whether a resource of this type decides what a Vault token may do, and how long. */
export const givesTokens = (type: string): boolean => type === tokenType || role.test(type);
