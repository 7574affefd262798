#!/usr/bin/env bash
# Brings a machine from nothing to where a deploy can start. Bash alone until Node is there.
# Safe to repeat: with nothing to do it takes a second or two. Interrupted, it goes on where it stopped.
#
# usage: toolchain/setup.sh           everything: packages, Docker engine, Pulumi CLI and plugins, images
#        toolchain/setup.sh deploy    the same without the gateway's image, which a pipeline may have pushed already
#        toolchain/setup.sh node      packages and node_modules only
#        toolchain/setup.sh check     changes nothing; lists what this machine lacks, exit code 1 if anything
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"

fail() { # fix, cause
  printf 'Fix: %s\nWhy: %s\n' "$1" "$2" >&2
  exit 1
}

# Commands, and the Debian packages that have them.
declare -A packages=([node]=nodejs [npm]=npm [git]=git [make]=make [curl]=curl)
missing_packages() {
  local command
  for command in node npm git make curl; do
    command -v "$command" >/dev/null || printf '%s ' "${packages[$command]}"
  done
  [ -e /etc/ssl/certs/ca-certificates.crt ] || [ ! -e /etc/debian_version ] || printf 'ca-certificates '
}

install_packages() {
  local missing
  missing=$(missing_packages)
  [ -n "$missing" ] || return 0
  if [ -e /etc/debian_version ] && [ "$(id -u)" = 0 ]; then
    echo "Installing Debian's packages: $missing"
    # shellcheck disable=SC2086 # words on purpose
    toolchain/apt.sh install $missing >"$log" 2>&1 ||
      { tail -n 5 "$log" >&2; fail "install by hand: apt-get install $missing" "apt-get could not install them"; }
  else
    fail "install these, then run this again: $missing" "they are not in PATH, and only root on Debian installs them by itself"
  fi
}

# node_modules follows the lock file; npm also brings the pinned Node.
install_node_modules() {
  local stamp=node_modules/.package-lock.sha256 wanted
  wanted=$(sha256sum package-lock.json | cut -d' ' -f1)
  [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ] || return 0
  echo "Installing the npm packages of package-lock.json"
  PATH="${PATH#"$PWD/node_modules/.bin:"}" npm ci --no-audit --no-fund >"$log" 2>&1 ||
    { tail -n 15 "$log" >&2; fail "solve what npm names above, then run this again" "npm ci failed"; }
  echo "$wanted" >"$stamp"
  hash -r
}

# Each job's output, under its name; a job that fails ends the set-up with its exit code.
in_parallel() { # name command ...   separated by --
  local pids=() names=() job=()
  while [ $# -gt 0 ]; do
    job=()
    while [ $# -gt 0 ] && [ "$1" != -- ]; do job+=("$1"); shift; done
    [ $# -eq 0 ] || shift
    ("${job[@]:1}" 2>&1 | sed -u "s/^/[${job[0]}] /"; exit "${PIPESTATUS[0]}") &
    pids+=($!)
    names+=("${job[0]}")
  done
  local index failed=
  for index in "${!pids[@]}"; do
    wait "${pids[$index]}" || failed="$failed ${names[$index]}"
  done
  [ -z "$failed" ] || fail "solve what is named above, then run this again; what is done stays done" "set-up failed:$failed"
}

typescript() { node -r ts-node/register "$@"; }
own_images() { typescript images/ownImages.ts >/dev/null; } # it prints the tags

if [ "${1:-}" = check ]; then
  missing=$(missing_packages)
  [ -z "$missing" ] || { echo "not installed: $missing(make up installs them on Debian as root)"; exit 1; }
  [ -x node_modules/.bin/node ] || { echo "not installed: npm packages (make up installs them)"; exit 1; }
  exit 0
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
install_packages
install_node_modules
[ "${1:-}" != node ] || exit 0

toolchain/docker.sh start
jobs=(toolchain typescript toolchain/install.ts -- images typescript images/resolve.ts)
[ "${1:-}" = deploy ] || jobs+=(-- own own_images)
in_parallel "${jobs[@]}"
