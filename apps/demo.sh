#!/usr/bin/env bash
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# From a checkout on Debian 12 to a report on real tumours: installs what is missing, builds vigil,
# runs the demo study. Quick the second time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source apps/packages.sh

usage='usage: bash apps/demo.sh [--no-figures]

Installs missing Debian packages, builds vigil (build/release) and runs the study
datasets/rotterdam_gbsg/study.toml into demo-results/.

  --no-figures   do without npm: the report has its tables, but no figures'

figures=AUTO
for argument in "$@"; do
  case "$argument" in
    --no-figures) figures=OFF ;;
    -h | --help) echo "$usage"; exit 0 ;;
    *) echo "$usage" >&2; exit 2 ;;
  esac
done

install_missing "${vigil_packages[@]}"
if [[ "$figures" != OFF ]]; then
  install_npm_if_missing
fi

say "Building vigil."
cmake --preset release -DVIGIL_REPORT="$figures"
cmake --build build/release --target vigil --parallel "$(build_jobs)"

say "Running the demo: two models trained on Rotterdam, validated on GBSG, whose patients are triaged."
build/release/apps/vigil run datasets/rotterdam_gbsg/study.toml --out demo-results

say "The report: $PWD/demo-results/report.html (open it in any browser; no network is needed)"
say "The tables: $PWD/demo-results/tables"
