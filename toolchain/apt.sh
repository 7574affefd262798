#!/usr/bin/env bash
# Debian's packages, one at a time on this machine: the parts of a set-up run in parallel, and apt's own locks
# make the second of two fail at once.
#
# usage: toolchain/apt.sh install PACKAGE...    as root, from fresh lists
#        toolchain/apt.sh download PACKAGE...   .deb files into this folder
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
exec 9>/tmp/apexmcp-apt.lock
flock 9
apt-get -q update
case $1 in
install) apt-get -qy -o DPkg::Lock::Timeout=300 install --no-install-recommends "${@:2}" ;;
download) apt-get -q download "${@:2}" ;;
*) echo "usage: toolchain/apt.sh install|download PACKAGE..." >&2; exit 2 ;;
esac
