/**
 * Names of files that Vault was writing when it was killed. Its file storage writes `_<key><random number>` beside
 * `_<key>` and renames it, and takes what a kill left there for a key of its own: a listing then fails, and where it
 * is a lease that is listed, Vault seals itself at each unseal (tried with 1.21). What is named here was never
 * acknowledged and can't be a key, since such keys have a fixed form.
 */
const unfinished = [
  "/_h?([0-9a-f]{64}|[0-9a-f]{40})[0-9]{1,10}$", // tokens, accessors, leases of logins, secret ids
  "/sys/expire/id/.*/_[0-9A-Za-z]{24}[0-9]{1,10}$", // leases of dynamic secrets
  "/versions/[0-9a-f]{3}/_[0-9a-f]{61}[0-9]{1,10}$", // values in KV v2
  "/packer/.*buckets/_[0-9]{4,}$", // identities, in 256 buckets
  "/core/versions/_[0-9]+[.][0-9]+[.][0-9]{5,}$",
  "/sys/counters/activity/.*/_[0-9]{5,}$",
].join("|");

/** Names of keys in KV v2 are encrypted and of any length: one in ten million ends like this by chance. */
const unfinishedName = "/metadata/(.*/)?_[0-9A-Za-z]+[0-9]{9}$";

/**
 * Starts Vault, given as arguments, on storage freed of what a kill left half-written; in any POSIX shell. Of the
 * encrypted names only the storage's newest file can be that, as Vault writes one file at a time.
 *
 * @param storage folder of Vault's file storage
 */
export const startScript = (storage: string): string => `set -eu
drop() {
  echo "removed what Vault was writing when it was killed: $1" >&2
  rm "$1"
}
if [ -d ${storage}/core ]; then
  find ${storage} -type f -size 0 | while IFS= read -r file; do drop "$file"; done
  find ${storage} -type f | LC_ALL=C grep -E '${unfinished}' | while IFS= read -r file; do drop "$file"; done
  find ${storage} -type f | LC_ALL=C grep -E '${unfinishedName}' | while IFS= read -r file; do
    [ -n "$(find ${storage} -type f -newer "$file" | head -n 1)" ] || drop "$file"
  done
fi
exec "$@"
`;
