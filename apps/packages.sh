# shellcheck shell=bash disable=SC2034
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Sourced by apps/demo.sh and tests/run.sh: what vigil needs from Debian 12, and installing it.

# To build and test with g++.
vigil_packages=(
  g++ cmake ninja-build pkg-config ca-certificates
  libarmadillo-dev libopenblas-dev libopenblas0-pthread libhdf5-dev libboost-dev
  libfmt-dev libssl-dev zlib1g-dev liblzf-dev librandom123-dev
  libcli11-dev libtomlplusplus-dev nlohmann-json3-dev
  libgtest-dev libgmock-dev libbenchmark-dev
)

# For the figures of the report, where there is no npm yet.
vigil_figure_packages=(nodejs npm)

# What tests/run.sh --full adds.
vigil_full_packages=(clang clang-tidy git chromium python3 python3-anndata)

say() { printf '==> %s\n' "$*"; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Prints those of the named packages that are not installed.
missing_packages() {
  local installed package
  installed=" $(dpkg-query -W -f='${db:Status-Abbrev}${Package} ' "$@" 2>/dev/null || true)"
  for package in "$@"; do
    [[ "$installed" == *" ii $package "* || "$installed" == *" hi $package "* ]] || echo "$package"
  done
}

# Runs a command as root: directly, or through sudo.
as_root() {
  if [[ "$(id -u)" == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "packages must be installed: run this once as root, or as a user with sudo"
  fi
}

# Installs those of the named packages that are missing; asks nothing, and does nothing, quickly,
# when all are there.
install_missing() {
  local missing
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    say "This is no Debian; carrying on in the hope that the equivalents are installed of: $*"
    return
  fi
  mapfile -t missing < <(missing_packages "$@")
  if [[ ${#missing[@]} == 0 ]]; then
    say "All Debian packages are installed."
    return
  fi
  say "Installing from Debian, which may take some minutes: ${missing[*]}"
  local apt=(env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
             apt-get --quiet=2 -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0)
  as_root "${apt[@]}" update || fail "apt-get update failed: is the network there?"
  as_root "${apt[@]}" install --yes --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get could not install: ${missing[*]}"
  mapfile -t missing < <(missing_packages "${missing[@]}")
  [[ ${#missing[@]} == 0 ]] || fail "still not installed: ${missing[*]}"
}

# Sees to an npm, for the figures of the report.
install_npm_if_missing() {
  if command -v npm >/dev/null; then
    return
  fi
  say "No npm found: the report's figures need one while vigil is built (--no-figures does without)."
  install_missing "${vigil_figure_packages[@]}"
}

# How many compilers may run at once: one per core, and about 1 GiB of memory for each.
build_jobs() {
  local cores memory_gib
  cores=$(nproc)
  memory_gib=$(awk '/^MemAvailable:/ {print int($2 / 1048576)}' /proc/meminfo 2>/dev/null) ||
    memory_gib=$cores
  echo $((memory_gib < 1 ? 1 : memory_gib < cores ? memory_gib : cores))
}
