#!/usr/bin/env bash
# The Docker engine of this machine: the one that DOCKER_HOST, the docker context or the socket gives. Where there is
# none, on Debian as root, installs and starts one. Bash alone: nothing else is sure to be there yet.
#
# usage: toolchain/docker.sh start   makes sure that an engine answers; with nothing to do it takes a moment
#        toolchain/docker.sh stop    stops the engine that `start` started, and only that one
set -euo pipefail

socket=/var/run/docker.sock
pid_file=/var/run/docker.pid
# Who started the engine, so that `stop` never stops another: "<pid> <its start time>", or "systemd".
record=/run/apexmcp-dockerd
log=/var/log/apexmcp-dockerd.log
packages="docker.io containerd runc iptables"

fail() { # fix, cause
  printf 'Fix: %s\nWhy: %s\n' "$1" "$2" >&2
  exit 1
}

# Prints the engine's root folder, on this machine or another; the error, when none answers.
engine() { docker info --format '{{if .ServerErrors}}{{index .ServerErrors 0}}{{else}}{{.DockerRootDir}}{{end}}' 2>&1; }
answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

# The program of a live process; a zombie has none.
program() { basename "$(readlink "/proc/$1/exe" 2>/dev/null || echo none)"; }
start_time() { cut -d' ' -f22 "/proc/$1/stat" 2>/dev/null; }
remember() { echo "$1 $(start_time "$1")" >"$record"; }

require_disk() { # folder, GiB
  local folder=$1 free
  while [ ! -e "$folder" ]; do folder=$(dirname "$folder"); done
  free=$(df --output=avail -k "$folder" | tail -n 1)
  [ "$free" -ge $(($2 * 1024 * 1024)) ] ||
    fail "free at least $2 GiB there (docker system df tells what Docker holds)" \
      "$1 has $((free / 1024)) MiB left, and images and volumes need $2 GiB"
}

installed_now=
install_engine() {
  command -v docker >/dev/null && command -v dockerd >/dev/null && return
  if [ ! -e /etc/debian_version ] || [ "$(id -u)" != 0 ]; then
    fail "install Docker (Debian, Ubuntu: sudo apt-get install $packages; else https://docs.docker.com/engine/install), or set DOCKER_HOST" \
      "no Docker engine answers, and only root on Debian installs one by itself"
  fi
  require_disk /var/lib/docker 6
  echo "Installing Debian's packages: $packages"
  local output
  # shellcheck disable=SC2086 # words on purpose
  output=$("$(dirname "$0")/apt.sh" install $packages 2>&1) ||
    fail "install by hand: apt-get install $packages" "apt-get failed: $(tail -n 3 <<<"$output")"
  installed_now=yes
  hash -r
}

# A pid file that outlived its daemon, and whose number another process has now, keeps dockerd from starting.
remove_stale_pid_files() {
  local file pid
  for file in "$pid_file" /var/run/docker/containerd/containerd.pid; do
    pid=$(cat "$file" 2>/dev/null) || continue
    case "$(program "$pid")" in
      dockerd* | containerd*) ;;
      *) echo "Removing $file: no daemon has its pid $pid" && rm -f "$file" ;;
    esac
  done
}

wait_for_engine() { # pid
  local tries
  for ((tries = 0; tries < 300; tries++)); do
    answers && return
    [ -e "/proc/$1" ] || fail "solve what dockerd names; all of it is in $log" "dockerd ended: $(tail -n 1 "$log")"
    sleep 0.2
  done
  fail "look at $log, or stop dockerd (pid $1) and run this again" "dockerd has not answered for a minute"
}

start_engine() {
  local pid
  remove_stale_pid_files
  if pid=$(cat "$pid_file" 2>/dev/null) && [[ $(program "$pid") = dockerd* ]]; then # somebody starts it just now; apt, maybe
    wait_for_engine "$pid"
    [ -z "$installed_now" ] || remember "$pid"
  elif [ -d /run/systemd/system ]; then
    require_disk /var/lib/docker 2
    systemctl start docker.service || fail "look at: journalctl -u docker.service" "systemd could not start Docker"
    echo systemd >"$record"
  else
    require_disk /var/lib/docker 2
    install -m 600 /dev/null "$log"
    setsid dockerd >"$log" 2>&1 </dev/null &
    pid=$!
    remember "$pid"
    wait_for_engine "$pid"
  fi
  [ ! -e "$record" ] || echo "Started the Docker engine. To stop it: toolchain/docker.sh stop"
}

start() {
  local said
  if command -v docker >/dev/null; then
    if said=$(engine); [[ $said = /* ]]; then
      case "${DOCKER_HOST:-unix:}" in unix:*) [ ! -d "$said" ] || require_disk "$said" 1 ;; esac
      return
    fi
    case "$said" in
      *"permission denied"*)
        fail "sudo usermod -aG docker $(id -un), log in again, then run this again (or set DOCKER_HOST to an engine you may use)" \
          "there is a Docker engine, but $(id -un) has no right to use it" ;;
    esac
    local endpoint=${DOCKER_HOST:-$(docker context inspect --format '{{.Endpoints.docker.Host}}' 2>/dev/null || true)}
    case "$endpoint" in
      "" | "unix://$socket" | unix:///run/docker.sock) ;;
      *) fail "start the engine there, or unset DOCKER_HOST (docker context use default)" "no Docker engine answers at $endpoint: $(tail -n 1 <<<"$said")" ;;
    esac
  fi
  install_engine
  [ "$(id -u)" = 0 ] || fail "sudo systemctl start docker (or, as root: toolchain/docker.sh start)" \
    "Docker is installed, but its engine does not run: $said"
  start_engine
}

stop() {
  local pid since
  [ -e "$record" ] || { echo "toolchain/docker.sh started no Docker engine: nothing to stop"; return; }
  read -r pid since <"$record" || true
  if [ "$pid" = systemd ]; then
    systemctl stop docker.service docker.socket
  elif [[ $(program "$pid") = dockerd* ]] && [ "$(start_time "$pid")" = "$since" ]; then
    kill "$pid"
    for _ in $(seq 300); do
      [ -e "/proc/$pid" ] || break
      sleep 0.1
    done
    [ ! -e "/proc/$pid" ] || fail "look at $log" "dockerd (pid $pid) has not ended in 30 s"
  fi
  rm -f "$record"
  echo "Stopped the Docker engine"
}

case "${1:-}" in
  start) start ;;
  stop) stop ;;
  *) sed -n '5,6s/^# //p' "$0" >&2; exit 2 ;;
esac
