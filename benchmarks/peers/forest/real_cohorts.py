#!/usr/bin/env python3
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
"""Survival forests on real cohorts: repeated cross-validation, vigil's rules and ranger on the same folds.

    python3 benchmarks/peers/forest/real_cohorts.py [--repeats 20] [--folds 5] [--cohorts crc_norway_dfs,...] [--rules extratrees]

Concordance by survival::concordance for every engine, mean of the folds of a repeat. The difference to ranger is paired by
repeats, which share their subjects: its spread is that of folds and trees, not of other subjects.
ranger gets the median of a feature, of all subjects, for a missing value; vigil's forests send it where it goes best.
Needs `vigil` of the preset release, Rscript with ranger, h5py; cohorts in the folder of --shared.
Prints and writes benchmarks/results/forest_real_cohorts.md. ranger's rule logrank takes hours.
"""
import argparse
import collections
import csv
import pathlib
import statistics
import subprocess
import sys

import h5py
import numpy

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from pinned import ROOT, commit, first_line, machine  # noqa: E402

COHORTS = ["lung_net_multisource", "pannet_mskmet", "crc_norway_dfs", "aml_bullinger2004", "dlbcl_lenz2008", "tcga_ov_mirna"]
RULES = ["guarded_log_rank", "permutation_log_rank", "log_rank"]
TREES = 500


def study(cohort, options):
    lines = ["schema = 1", "[data]", 'file = "%s"' % cohort, 'time = "time"', 'event = "event"']
    for rule in RULES:
        lines += ["[[learner]]", 'name = "survival-forest"', 'id = "%s"' % rule, 'split_rule = "%s"' % rule, "trees = %d" % TREES,
                  'importance = "none"']
    lines += ["[validate]", 'scheme = "repeated-cv"', "repeats = %d" % options.repeats, "folds = %d" % options.folds, "[run]", "seed = 1"]
    return "\n".join(lines) + "\n"


def write_doubles(cohort, prefix):
    """For R; missing values become the median of their feature, as ranger takes none. Returns the subjects."""
    with h5py.File(cohort, "r") as file:
        obs = file["obs"]
        x = numpy.asarray(file["X"][()], dtype=float)
        columns = {"x": numpy.where(numpy.isnan(x), numpy.nanmedian(x, axis=0), x).T, "time": obs["time"][()], "event": obs["event"][()]}
        subjects = [each.decode() for each in obs[obs.attrs["_index"]][()]]
    for name, values in columns.items():
        numpy.ascontiguousarray(values, dtype=float).tofile("%s.%s.f64" % (prefix, name))
    pathlib.Path(str(prefix) + ".dim").write_text("%d %d\n" % x.shape)
    return subjects


def run(name, options):
    cohort = pathlib.Path(options.shared).resolve() / name / "cohort.h5ad"
    folder = pathlib.Path(options.work).resolve() / ("real_" + name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(study(cohort, options))
    build = pathlib.Path(options.build).resolve()
    call = lambda *words: subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE, text=True).stdout
    call(build / "apps" / "vigil", "run", folder / "study.toml", "--out", folder / "out", "--quiet", "--threads", 1)
    place = {subject: number + 1 for number, subject in enumerate(write_doubles(cohort, folder / "doubles"))}
    with open(folder / "out" / "tables" / "predictions.tsv") as table, open(folder / "held_out.tsv", "w") as held:
        held.write("learner\trep\tfold\tplace\tscore\n")
        for row in csv.DictReader(table, delimiter="\t"):
            held.write("%s\t%s\t%s\t%d\t%s\n" % (row["learner"], row["repeat"], row["fold"], place[row["subject"]], row["score"]))
    answer = call("Rscript", HERE / "cross_validate_ranger.R", folder / "doubles", folder / "held_out.tsv", TREES, options.rules)
    found = collections.defaultdict(list)
    for row in csv.DictReader(answer.splitlines(), delimiter="\t"):
        found[row["learner"]].append(float(row["c"]))
    return found


def table_row(name, found, learners):
    cells = ["%.4f" % statistics.mean(found[learner]) for learner in learners]
    differences = [own - other for own, other in zip(found[RULES[0]], found[learners[len(RULES)]])]
    return [name, *cells, "%+.4f (%.4f)" % (statistics.mean(differences), statistics.stdev(differences))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--cohorts", default=",".join(COHORTS))
    parser.add_argument("--rules", default="extratrees", help="of ranger")
    parser.add_argument("--shared", default=str(ROOT.parent / "shared" / "data"))
    parser.add_argument("--build", default=str(ROOT / "build" / "release"))
    parser.add_argument("--work", default=str(ROOT / "build" / "peers"))
    options = parser.parse_args()
    learners = RULES + ["ranger " + rule for rule in options.rules.split(",")]
    head = ["cohort", *("`%s`" % learner for learner in learners), "first less ranger's first: mean (SD over repeats)"]
    versions = first_line(["Rscript", "-e", "cat(paste('R', getRversion(), 'ranger', packageVersion('ranger')))"])
    text = ["# Survival forests on real cohorts", "",
            "Written by `benchmarks/peers/forest/real_cohorts.py %s`, commit %s, %s; %s. Harrell's C of held-out subjects," %
            (" ".join(sys.argv[1:]), commit(), machine()[0], versions),
            "%d trees, mean over %d repeats of %d folds, which all engines share." % (TREES, options.repeats, options.folds), "",
            "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    for name in options.cohorts.split(","):
        text.append("| " + " | ".join(table_row(name, run(name, options), learners)) + " |")
        print(text[-1], flush=True)
        (ROOT / "benchmarks" / "results" / "forest_real_cohorts.md").write_text("\n".join(text) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
