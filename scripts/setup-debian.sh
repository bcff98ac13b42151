#!/usr/bin/env bash
# Everything the tests need on a Debian machine, from Debian's packages: a Docker engine, Chromium,
# a virtual display and what the benchmarks compare us with. Safe to run again; needs root.
set -euo pipefail

packages=(
  docker.io iptables iproute2 busybox-static util-linux procps curl # engines and images for the tests
  faketime # a process with a wrong clock
  chromium chromium-headless-shell xvfb xauth fonts-dejavu-core # the window
)
bench_packages=(
  haproxy serf wrk nghttp2-client etcd-server
  golang-go golang-etcd-server-dev # etcd's own client
)
[ "${1:-}" = "--bench" ] && packages+=("${bench_packages[@]}")
[ "${1:-}" = "--applications" ] && packages+=(debootstrap) # their images are made of Debian's packages

# A Debian with control groups of version 2, AppArmor and Landlock, in a virtual machine.
[ "${1:-}" = "--isolation" ] && packages+=(qemu-system-x86 debootstrap e2fsprogs)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }
# Debian's client is asked, whatever other docker stands first on the PATH.
docker() { /usr/bin/docker -H unix:///var/run/docker.sock "$@"; }
if ! answers; then
  echo "Starting dockerd"
  log=${TMPDIR:-/tmp}/mycelium-dockerd.log
  nohup dockerd >"$log" 2>&1 </dev/null &
  for _ in $(seq 1 60); do
    answers && break
    sleep 0.5
  done
  answers || { echo "dockerd did not start; its log: $log" >&2; tail -20 "$log" >&2; exit 1; }
fi
echo "Docker engine $(docker version --format '{{.Server.Version}}'), $(chromium --version 2>/dev/null)"
