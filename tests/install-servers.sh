#!/usr/bin/env bash
# Installs the real programs that the tests talk to, on Debian as root; does nothing where they are already there.
# The newest Pebble and Caddy come from Debian's sid suite and are only unpacked, under ${EDGEPROXY_TOOLS:-$HOME/.cache/edgeproxy-tools}.
set -euo pipefail
tools=${EDGEPROXY_TOOLS:-$HOME/.cache/edgeproxy-tools}

# package: the program that shows whether it is there
declare -A programs=([pebble]=pebble [nginx-light]=nginx [wrk]=wrk [nghttp2-client]=h2load [openssl]=openssl [curl]=curl
  [testssl.sh]=testssl [python3]=python3)

missing() {
  for package in "${!programs[@]}"; do
    PATH=$PATH:/usr/sbin command -v "${programs[$package]}" >/dev/null || printf '%s\n' "$package"
  done
}

install_packages() {
  apt-get update -qq
  # The tests start what they need on ports of their own; a package must not start its service.
  if [[ ! -e /usr/sbin/policy-rc.d ]]; then
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

unpack_newest() {
  local work mirror options
  work=$(mktemp -d)
  mkdir -p "$work"/lists/partial "$work"/cache/archives/partial "$tools"
  # The mirror of this machine's own sources, another suite.
  mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | head -n 1 | tr -d ' ' || true)
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s sid main\n' "${mirror:-http://deb.debian.org/debian}" >"$work/sources.list"
  options=(-qq -o APT::Sandbox::User=root -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache")
  apt-get "${options[@]}" update
  (
    cd "$work"
    apt-get "${options[@]}" download pebble caddy
    for package in ./*.deb; do dpkg -x "$package" "$tools"; done
  )
  rm -rf "$work"
}

mapfile -t packages < <(missing)
if ((${#packages[@]})); then
  if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
    printf 'These are missing and can be installed only on Debian as root: %s\n' "${packages[*]}" >&2
    exit 1
  fi
  printf 'installing %s\n' "${packages[*]}"
  install_packages "${packages[@]}"
fi
if [[ ! -x $tools/usr/bin/pebble || ! -x $tools/usr/bin/caddy ]]; then
  printf 'unpacking the newest pebble and caddy under %s\n' "$tools"
  unpack_newest
fi
