#!/usr/bin/env bash
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# cologuidepro.sh PROGRAM WORKDIR
#
# docs/reproductions/cologuidepro.md: a lasso Cox model learned on GSE24549, tested on GSE24550; exit status 77 where
# ../shared/data is absent. The hazard ratio beside it is of R survival 3.5-3, coxph with Breslow's ties, on the same groups.

set -eu
program=$(realpath "$1")
work=$2
shared=${VIGIL_SHARED_DATA:-$(dirname "${BASH_SOURCE[0]}")/../../../shared/data}
[[ -d $shared/crc_norway_dfs ]] || exit 77
cohort=$(realpath "$shared")/crc_norway_dfs/cohort.h5ad
rm -rf "$work"
mkdir -p "$work"
cd "$work"
outcome=(--time time --event event --time-unit days)

"$program" fit "$cohort" "${outcome[@]}" --subjects 'series=GSE24549' --features all --learner cox-net \
  --set l1_ratio=1 --set inner_folds=10 --set inner_repeats=50 --seed 1 --out model --quiet
"$program" predict model/model.h5 "$cohort" "${outcome[@]}" --subjects 'series=GSE24550' -o test.tsv --quiet
"$program" measure test.tsv "${outcome[@]}" --tau 3649 --measures harrell_c --out test --quiet

# High: above the median score of the test series, since the two series were not measured on one scale.
median=$(cut -f "$(head -1 test.tsv | tr '\t' '\n' | grep -nx score | cut -d: -f1)" test.tsv | tail -n +2 | sort -g |
  awk '{ value[NR] = $1 } END { print (value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2 }')
awk -F'\t' -v OFS='\t' -v median="$median" '
  NR == 1 { for (i = 1; i <= NF; i++) place[$i] = i; print "subject", "time", "event", "high"; next }
  { print $place["subject"], $place["time"], $place["event"], ($place["score"] > median ? 1 : 0) }' test.tsv > groups.tsv
"$program" fit groups.tsv "${outcome[@]}" --clinical high --learner cox --out high --quiet

genes=$(tail -n +2 model/coefficients.tsv | wc -l)
awk -F'\t' -v genes="$genes" '
  function differs(found, expected) { return (found - expected) ^ 2 > 1e-8 }
  FILENAME ~ /measures/ && $1 == "harrell_c" { concordance = $5 }
  FILENAME ~ /high/ && $1 == "high" { beta = $2; se = $3 }
  END {
    lower = exp(beta - 1.959964 * se); upper = exp(beta + 1.959964 * se)
    printf "%d genes, C %.4f, hazard ratio %.4f (%.4f-%.4f)\n", genes, concordance, exp(beta), lower, upper
    if (differs(exp(beta), 1.223709) || differs(lower, 0.4970477) || differs(upper, 3.012718)) { print "not the ratio of coxph"; exit 1 }
    if (genes != 7 || differs(concordance, 0.5480607)) { print "not the documented model"; exit 1 }
  }' test/measures.tsv high/coefficients.tsv
