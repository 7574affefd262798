/**
 * What the credential broker may do in Vault: use each connector's credential, and its own login, none of it with
 * sudo (vault-policy-disallow-sudo). One level each for organisation and connector: `+` is one path segment, where `*`
 * would be everything below (vault-policy-disallow-wildcard).
 */
export const brokerPolicy = `
path "connectors/data/+/+"     { capabilities = ["create", "read", "update"] }
path "connectors/metadata/+/+" { capabilities = ["delete"] }
path "auth/token/lookup-self"  { capabilities = ["read"] }
path "auth/token/renew-self"   { capabilities = ["update"] }
path "auth/token/revoke-self"  { capabilities = ["update"] }
`.trimStart();
