#!/usr/bin/env bash
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# run_study.sh PROGRAM WORKDIR STUDY.toml [MOST]
#
# Runs a study of ../shared/data to its end; exit status 77 where that folder is absent. Every undefined value must
# be counted as such. MOST: no learner's cross-validated Harrell C may lie above it (weak signals must stay weak).

set -eu
program=$(realpath "$1")
work=$2
study=$(realpath "$3")
most=${4:-1}
shared=${VIGIL_SHARED_DATA:-$(dirname "${BASH_SOURCE[0]}")/../../../shared/data}
[[ -d $shared ]] || exit 77
shared=$(realpath "$shared")
rm -rf "$work"
mkdir -p "$work"
cd "$work"
sed "s|SHARED|$shared|" "$study" > study.toml
"$program" run study.toml --out out --progress none
for file in report.html report.json tables/performance.tsv tables/predictions.tsv tables/cohort_flow.tsv; do
  [[ -s out/$file ]] || { echo "not written: $file"; exit 1; }
done
awk -F'\t' -v most="$most" '
  NR == 1 { for (i = 1; i <= NF; i++) place[$i] = i; next }
  $place["estimate"] == "NA" && $place["undefined"] < 1 { print "not counted as undefined: " $0; bad = 1 }
  $place["measure"] == "harrell_c" && $place["resampling"] != "apparent" {
    print $place["learner"], $place["resampling"], "C", $place["estimate"]
    if ($place["estimate"] != "NA" && $place["estimate"] > most) { print "too good: " $0; bad = 1 }
  }
  END { exit bad }' out/tables/performance.tsv
