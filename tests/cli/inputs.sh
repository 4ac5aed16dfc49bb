# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
#
# Functions that the commands of the .case files use to make their inputs.

VETERAN=$DATASETS/veteran/veteran.csv
OUTCOME="--time time --event status"
GBSG_FILE=$DATASETS/gbsg/gbsg.csv
GBSG_COLUMNS="--time rfstime --event status --treatment hormon"
GBSG="$GBSG_FILE $GBSG_COLUMNS"
HARMS="--harms missed_event=1,resection=0.2,residual_risk_ratio=0.6,board=0.04,board_skill=0.27"

# change COLUMN ROW VALUE < table.csv: one cell of subject number ROW, or of every subject with ROW = all
change() {
  awk -F, -v OFS=, -v column="$1" -v row="$2" -v value="$3" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) place = i }
    NR > 1 && (row == "all" || NR == row + 1) { $place = value }
    { print }'
}

# change_to_row ROW COLUMN VALUE: the same for the subjects 1 to ROW
change_to_row() {
  awk -F, -v OFS=, -v column="$2" -v last="$1" -v value="$3" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) place = i }
    NR > 1 && NR <= last + 1 { $place = value }
    { print }'
}

# causes: c.csv, veteran.csv with a column cause (0 censored, every third subject 2, else 1) and with ends of follow-up in a
# column end: that of the censored ones is their time
causes() {
  awk -F, -v OFS=, '
    NR == 1 { for (i = 1; i <= NF; i++) p[$i] = i; print $0, "cause,end"; next }
    { cause = $p["status"] == 0 ? 0 : 1 + (NR % 3 == 0) }
    { print $0, cause, cause == 0 ? $p["time"] : 1000 + NR }' < "$VETERAN" > c.csv
}
CAUSES="--time time --cause cause --features karno,age,diagtime"

# study: a small study of veteran.csv, copied beside it; edit it with sed
study() {
  cp "$VETERAN" .
  cat << 'END'
schema = 1
[data]
file = "veteran.csv"
time = "time"
event = "status"
time_unit = "days"
clinical = ["karno", "age", "celltype"]
[[learner]]
name = "cox"
[validate]
folds = 3
repeats = 1
horizons = [90]
[run]
seed = 7
out = "out"
END
}

# with_harms: the study on stdin with a triage at its horizon
with_harms() {
  sed 's/^\[run\]/[triage]\nhorizon = 90\nharms = { missed_event = 1, resection = 0.2, residual_risk_ratio = 0.6, board = 0.04, board_skill = 0.27 }\n&/'
}

# with_centres K: a column centre with K levels, in turn, added to a table on stdin
with_centres() {
  awk -v levels="$1" 'NR == 1 { print $0 ",centre"; next } { print $0 ",C" NR % levels + 1 }'
}

# cohort N P: cohort.h5ad, simulated
cohort() {
  "$VIGIL" simulate survival -n "$1" -p "$2" --true 3 --seed 3 -o cohort.h5ad --quiet
}

# groups: groups.tsv, two features of veteran.csv in each of the groups a and b
groups() {
  printf 'feature\tgroup\nkarno\ta\ndiagtime\ta\nage\tb\nprior\tb\n' > groups.tsv
}

# net_triage: a.h5ad with its truth t.h5, a Cox model of size and age, and the triage tr/triage.tsv at 96 months
net_triage() {
  "$VIGIL" simulate net -n 900 -p 0 --seed 2 -o a.h5ad --truth t.h5 --replicates 60 --truth-error 0.2 --quiet &&
    "$VIGIL" fit a.h5ad $NET --learner cox --out m --quiet &&
    "$VIGIL" triage m/model.h5 a.h5ad $NET --horizon 96 $HARMS --out tr --quiet
}
NET="--time time --event event --clinical size,age --features none"

# as_rule < triage.tsv: subject and action alone, which state no horizon and no risk
as_rule() {
  cut -f1,2
}

# net N: a.h5ad with its truth t.h5
net() {
  "$VIGIL" simulate net -n "$1" -p 0 --seed 2 -o a.h5ad --truth t.h5 --replicates 60 --truth-error 0.2 --quiet
}
RULES=$DATASETS/rules

# two_patients: p.csv, a table that the rules can read
two_patients() {
  printf 'id,diameter,ki67,nodes,symptoms\na,20,3,0,1\nb,21,,0,0\n' > p.csv
}

# ---- planted leaks (tests/leaks)

# planted NAME EXPRESSION: c.csv, veteran.csv with one more column, of which awk says the values ($p["time"]: a cell)
planted() {
  awk -F, -v OFS=, "NR == 1 { for (i = 1; i <= NF; i++) p[\$i] = i; print \$0, \"$1\"; next } { print \$0, $2 }" \
    < "$VETERAN" > c.csv
}

# leak NAME: the study of c.csv with NAME among its columns
leak() {
  study | sed "s/veteran.csv/c.csv/; s/\"karno\"/\"karno\", \"$1\"/"
}

# in_pairs: veteran.csv with each person twice, the second time under an id that is 1000 more
in_pairs() {
  awk -F, -v OFS=, '
    NR == 1 { print $0, "person"; next }
    { print $0, $1; row[NR] = $0 }
    END {
      for (r = 2; r <= NR; r++) { $0 = row[r]; person = $1; $1 += 1000; print $0, person }
    }' < "$VETERAN"
}

# together FOLDS: both rows of a person of in_pairs are in one fold
together() {
  awk -F'\t' '
    NR > 1 {
      key = ($1 > 1000 ? $1 - 1000 : $1) " " $2
      if (key in fold && fold[key] != $3) bad = 1
      fold[key] = $3
      ++rows[key]
    }
    END { for (key in rows) if (rows[key] != 2) bad = 1; exit bad || NR < 2 }' "$1"
}

# imported TABLE: f.tsv, three folds of its subjects in turn, and s.toml, which uses them
imported() {
  awk -F, -v OFS='\t' 'NR == 1 { print "subject", "repeat", "fold"; next } { print $1, 1, NR % 3 + 1 }' "$1" > f.tsv
  study | sed 's/^folds = 3/folds_file = "f.tsv"/' > s.toml
}

# external AWK: s.toml, validated in other.csv, which awk makes of veteran.csv
external() {
  awk -F, -v OFS=, "NR > 1 { $1 } { print }" < "$VETERAN" > other.csv
  study | sed 's/^\[\[learner/[[external]]\nid = "other"\nfile = "other.csv"\n&/' > s.toml
}
ELSEWHERE='$1 = "x" $1; $8 += 1' # other people: another id, a year older

# held_out LINE: a study of c.csv that tests in centre C2 (disturb has its rows), with LINE in [prepare]
held_out() {
  with_centres 3 < "$VETERAN" > c.csv
  study | sed "s/veteran.csv/c.csv/; s/^time_unit/centre = \"centre\"\n&/; s/^folds.*/scheme = \"split\"\ntest_centres = [\"C2\"]/
    s/^\[validate\]/[prepare]\n$1\n&/"
}

# with_net: the study on stdin with cox-net, which is tuned
with_net() {
  sed 's/"cox"/"cox-net"\nlambdas = 12\ninner_folds = 3\ninterval_resamples = 0/
    s/^clinical.*/features = ["karno", "age", "diagtime", "prior"]/'
}

# disturb COLUMN VALUE SUBJECT < table: the cells of centre C2 (fold 2 of imported), but for that subject
disturb() {
  awk -F, -v OFS=, -v column="$1" -v value="$2" -v keep="$3" '
    NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) place = i }
    NR > 1 && NR % 3 == 1 && $1 != keep { $place = value }
    { print }'
}

# predicted SUBJECT: its predictions, or those of all
predicted() {
  awk -F'\t' -v OFS='\t' -v who="$1" 'NR > 1 && (who == "all" || $5 == who) { $7 = $8 = ""; print }' out/tables/predictions.tsv
}

# same_for SUBJECT A.csv B.csv: s.toml with c.csv made of either predicts the same for it; for others it does not
same_for() {
  cp "$2" c.csv && "$VIGIL" run s.toml --quiet && predicted "$1" > one.tsv && predicted all > one_all.tsv &&
    cp "$3" c.csv && "$VIGIL" run s.toml --quiet && predicted "$1" > two.tsv && predicted all > two_all.tsv &&
    [[ -s one.tsv ]] && diff one.tsv two.tsv && { [[ $1 == all ]] || ! diff -q one_all.tsv two_all.tsv > diff.txt; }
}
