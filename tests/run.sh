#!/usr/bin/env bash
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# From a checkout on Debian 12 to all tests: installs what is missing, builds with g++, runs ctest.
# The last line is ctest's count of passed and failed tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source apps/packages.sh

usage='usage: bash tests/run.sh [--full [--since COMMIT]]

Installs missing Debian packages, builds the preset ci and runs every test but the slow ones.

  --full           before an issue is closed: also the slow tests, the report in a browser, the files
                   in python3-anndata, the presets clang, asan and tsan, and clang-tidy
  --since COMMIT   clang-tidy on files changed since then (default: where this branch left
                   origin/main; on main itself, the commit before)'

full=no
since=
while [[ $# -gt 0 ]]; do
  case "$1" in
    --full) full=yes ;;
    --since) since=${2:?"--since needs a commit"}; shift ;;
    -h | --help) echo "$usage"; exit 0 ;;
    *) echo "$usage" >&2; exit 2 ;;
  esac
  shift
done

# Tests with these labels are not part of the quick run.
full_only='^(slow|browser|anndata)$'
summaries=()
failed=no

# build_and_test PRESET CTEST_ARGUMENTS...: one build folder, its tests, and ctest's count kept.
build_and_test() {
  local preset=$1 log count
  shift
  say "Building the preset $preset."
  cmake --preset "$preset"
  cmake --build "build/$preset" --parallel "$(build_jobs)"
  say "Testing the preset $preset."
  log="build/$preset/ctest.log"
  ctest --test-dir "build/$preset" --output-on-failure --no-tests=error --no-label-summary \
    --parallel "$(nproc)" "$@" 2>&1 | tee "$log" || failed=yes
  count=$(grep 'tests passed' "$log" || echo "no tests ran")
  [[ "$full" == no ]] || count="$preset: $count"
  summaries+=("$count")
}

# clang-tidy on the C++ files that changed, with the flags of the preset clang.
tidy_changed_files() {
  local base=$since files
  if ! git rev-parse --quiet --verify HEAD >/dev/null 2>&1; then
    say "clang-tidy is left out: this is no git checkout."
    return
  fi
  [[ -n "$base" ]] || base=$(git merge-base HEAD origin/main 2>/dev/null || true)
  if [[ -z "$base" || "$(git rev-parse "$base")" == "$(git rev-parse HEAD)" ]]; then
    base=$(git rev-parse --quiet --verify 'HEAD^' || git hash-object -t tree /dev/null)
  fi
  mapfile -t files < <(git diff --name-only --diff-filter=d "$base" -- 'toolkit/*.cpp' 'apps/*.cpp')
  if [[ ${#files[@]} == 0 ]]; then
    say "clang-tidy: no C++ file changed since $base."
    return
  fi
  say "clang-tidy on ${#files[@]} files changed since $base."
  if printf '%s\0' "${files[@]}" |
    xargs -0 -n 1 -P "$(build_jobs)" clang-tidy --quiet -p build/clang; then
    summaries+=("clang-tidy: nothing found in ${#files[@]} files")
  else
    summaries+=("clang-tidy: findings above")
    failed=yes
  fi
}

install_missing "${vigil_packages[@]}"
if [[ "$full" == no ]]; then
  build_and_test ci --label-exclude "$full_only"
else
  install_missing "${vigil_full_packages[@]}"
  install_npm_if_missing
  build_and_test ci
  build_and_test clang --label-exclude "$full_only"
  build_and_test asan --label-exclude "$full_only"
  build_and_test tsan --label-exclude "$full_only"
  tidy_changed_files
fi

printf '%s\n' "${summaries[@]}"
[[ "$failed" == no ]]
