#!/usr/bin/env bash
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# same_bytes.sh PROGRAM WORKDIR simulated|centres|demo|streamed|shards|forest
#
# The same study gives byte-identical report.json, tables/ and models/: for 1, 2 and 7 threads, run again, and with
# the matrix in memory or streamed from its file, in one process or in 1, 3 and 8 shards, and after a process was killed or
# stopped. So do vigil forest, grown at once or in parts, and vigil explain.

set -eu
program=$(realpath "$1")
work=$2
kind=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rm -rf "$work"
mkdir -p "$work"
cd "$work"

# learners COLUMNS: three learners and their validation, small
learners() {
  cat << END
[[learner]]
name = "cox"
features = [$1]
[[learner]]
name = "cox-net"
l1_ratio = [0.5, 1.0]
lambdas = 12
[[learner]]
name = "survival-forest"
trees = "auto"
target_error = 0.008
most_trees = 200
importance = ["permutation", "shadow"]
[validate]
folds = 3
repeats = 1
inner_folds = 3
[run]
seed = 11
END
}

# simulated N P: a study of a simulated cohort
simulated() {
  "$program" simulate survival -n "$1" -p "$2" --true 5 --seed 5 -o cohort.h5ad --quiet
  cat > study.toml << 'END'
schema = 1
[data]
file = "cohort.h5ad"
time = "time"
event = "event"
time_unit = "days"
END
}

if [[ $kind == forest ]]; then
  simulated 200 300
  # grow NAME OPTIONS...: a forest, compared with the first one
  grow() {
    local name=$1
    shift
    "$program" forest cohort.h5ad --time time --event event --seed 8 --out "$name" --quiet "$@"
  }
  grow first --trees 120 --horizons 0.1,0.4 --threads 1
  for how in '--threads 2' '--threads 7' '--threads 1 --memory 16M' '--threads 7 --memory 16M'; do
    grow again --trees 120 --horizons 0.1,0.4 $how
    diff -rq first again || exit 1
  done
  # explain NAME OPTIONS...: of the first forest
  explain() {
    local name=$1
    shift
    "$program" explain first/model.h5 cohort.h5ad --time time --event event --training cohort.h5ad --horizons 0.4,0.1 \
      --individual --out "$name" --quiet "$@"
  }
  explain told --threads 1
  for how in '--threads 7' '--threads 2 --memory 16M'; do
    explain told_again $how
    diff -rq told told_again || exit 1
  done
  grow settled --trees auto --target-error 0.007 --threads 1
  grow settled_7 --trees auto --target-error 0.007 --threads 7
  diff -rq settled settled_7
  grow part_1 --trees 50 --first-tree 0 --threads 7
  grow part_2 --trees 70 --first-tree 50 --threads 1
  "$program" merge part_2/model.h5 part_1/model.h5 -o merged.h5 --quiet
  cmp merged.h5 first/model.h5
  exit
fi

case $kind in
  simulated)
    simulated 150 300
    learners '"F1", "F2"' >> study.toml
    ;;
  shards)
    simulated 150 300
    learners '"F1", "F2"' | sed 's/^repeats.*/repeats = 3/' >> study.toml
    ;;
  centres)
    # 4 centres, each left out once and pooled, and a triage by the held-out risks
    awk 'NR == 1 { print $0 ",centre" } NR > 1 { print $0 ",C" NR % 4 + 1 }' \
      "$here/../../datasets/veteran/veteran.csv" > veteran.csv
    cat > study.toml << 'END'
schema = 1
[data]
file = "veteran.csv"
time = "time"
event = "status"
time_unit = "days"
centre = "centre"
features = ["karno", "age"]
clinical = ["celltype"]
[triage]
learner = "cox-net"
horizon = 90
interval = "none"
harms = { missed_event = 1.0, resection = 0.2, residual_risk_ratio = 0.6, board = 0.04, board_skill = 0.27 }
END
    learners '"karno", "celltype"' | sed '/^folds/d; s/^repeats.*/scheme = "loco"/' >> study.toml
    ;;
  demo)
    cp "$here"/../../datasets/rotterdam_gbsg/*.csv .
    sed 's/^subjects.*/subjects = ["nodes > 3"]/; s/^repeats.*/repeats = 1/; s/^folds.*/folds = 3/; s/^inner_folds.*/inner_folds = 3/' \
      "$here/../../datasets/rotterdam_gbsg/study.toml" > study.toml
    ;;
  streamed)
    # 16 MiB is the smallest limit; the buffers of a matrix in memory are beyond it, so that any matrix is streamed
    simulated 120 300
    learners '"F1", "F2"' >> study.toml
    ;;
esac

failed=0
# compare_results NAME: with those of the first run
compare_results() {
  for part in report.json tables models checklists config.resolved.toml; do
    diff -rq "first/$part" "$1/$part" || failed=1
  done
}

# compare NAME OPTIONS...: runs the study and compares it with the first run
compare() {
  local name=$1
  shift
  "$program" run study.toml --out "$name" --quiet "$@"
  [[ -e first ]] || { ln -s "$name" first; return; }
  compare_results "$name"
}

# interrupt SIGNAL UNIT STUDY OPTIONS...: starts vigil run and sends the signal when that file of a finished unit is there
interrupt() {
  local signal=$1 unit=$2 status=0
  shift 2
  "$program" run "$@" --quiet &
  while [[ ! -e $unit ]]; do sleep 0.01; done
  kill -"$signal" $!
  wait $! || status=$?
  [[ -e $unit ]] || { echo "$signal came too late"; failed=1; }
  interrupted=$status
}

if [[ $kind == streamed ]]; then
  compare resident --memory 1G --threads 1
  compare streamed --memory 16M --threads 1
  compare streamed_7 --memory 16M --threads 7
elif [[ $kind == shards ]]; then
  compare whole --threads 2
  for count in 1 3 8; do
    for ((number = count; number >= 1; --number)); do
      "$program" run study.toml --shard "$number/$count" --out "of_$count" --threads $((number % 2 + 1)) --quiet
    done
    "$program" merge "of_$count" --threads 2 --quiet
    compare_results "of_$count"
  done
  # killed and run again: what is finished is taken, and the folder is cleared at the end
  interrupt KILL killed/unfinished/unit_000000.h5 study.toml --out killed
  [[ $interrupted == 137 ]]
  compare killed
  [[ ! -e killed/unfinished ]]
  # stopped after the unit in hand: exit status 75
  interrupt TERM stopped/unfinished/unit_000000.h5 study.toml --out stopped
  [[ $interrupted == 75 ]]
  compare stopped
  interrupt USR1 shard/shards/unit_000000.h5 study.toml --shard 1/1 --out shard
  [[ $interrupted == 75 ]]
  "$program" run study.toml --shard 1/1 --out shard --quiet
  "$program" merge shard --quiet
  compare_results shard
  # a null check that was killed or stopped goes on from its finished permutations
  sed '/"cox"/,/^features/d; /survival-forest/,/^importance/d; s/^\[\[learner\]\]$//; s/^name = "cox-net"/[[learner]]\n&/; s/^folds/null_check = "full"\n&/' \
    study.toml > null.toml
  rm first
  "$program" run null.toml --out null_whole --threads 1 --quiet
  ln -s null_whole first
  interrupt KILL null_killed/unfinished/null_000_0003.h5 null.toml --out null_killed
  [[ $interrupted == 137 ]]
  interrupt TERM null_killed/unfinished/null_000_0011.h5 null.toml --out null_killed
  [[ $interrupted == 75 ]]
  "$program" run null.toml --out null_killed > null_killed.txt 2>&1
  grep -q 'of 100 permutations, computed before' null_killed.txt
  compare_results null_killed
  [[ ! -e null_killed/unfinished ]]
else
  compare one --threads 1
  compare one_again --threads 1
  compare two --threads 2
  compare seven --threads 7
fi
[[ -s first/report.json && -s first/models/cox-net.h5 || -s first/models/net.h5 ]]
exit $failed
