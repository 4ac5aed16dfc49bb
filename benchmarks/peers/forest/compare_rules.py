#!/usr/bin/env python3
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
"""Which split rule should be the default? Concordance on fresh data and choice of columns, in drawn cohorts.

    python3 benchmarks/peers/forest/compare_rules.py [--replicates 20] [--rules guarded_log_rank,permutation_log_rank,log_rank]

300 subjects, 30 standard normal columns, the first one matters as the setting says; 1,000 fresh subjects of the same kind without
censoring. Rules grow 500 trees of the same cohort with the same seed. Prints and writes benchmarks/results/forest_rules.md.
Needs `vigil` of the preset release, numpy and h5py.
"""
import argparse
import math
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from pinned import ROOT, commit, machine  # noqa: E402

SUBJECTS, FRESH, COLUMNS, TREES = 300, 1000, 30, 500
STUDENT_975 = {4: 2.776, 9: 2.262, 19: 2.093}


def by_inversion(draw, x, hazard_before, hazard_after, change):
    """Times of a hazard that changes once."""
    target = draw.exponential(1.0, len(x))
    early = target / hazard_before
    return numpy.where(early <= change, early, change + (target - hazard_before * change) / hazard_after)


def event_times(draw, setting, x):
    effect = numpy.exp(0.7 * x)
    if setting == "late":
        return by_inversion(draw, x, numpy.ones(len(x)), effect ** 1.5, 0.7)
    if setting == "crossing":
        return by_inversion(draw, x, effect, 1.0 / effect, 0.7)
    if setting == "follow-up only":
        return draw.exponential(1.0, len(x))
    return draw.exponential(1.0, len(x)) / effect


def censoring_times(draw, setting, x):
    if setting == "few events":
        return 0.06 * draw.exponential(1.0, len(x))
    if setting == "high risk censored early":
        return 2.0 * draw.exponential(1.0, len(x)) * numpy.exp(-0.8 * x)
    if setting == "follow-up only":
        return draw.exponential(1.0, len(x)) * numpy.exp(1.2 * x)
    return 2.0 * draw.exponential(1.0, len(x))


SETTINGS = ["proportional", "late", "crossing", "few events", "high risk censored early", "follow-up only"]


def write(path, columns, time, event):
    names = ["x%d" % (k + 1) for k in range(columns.shape[1])]
    with open(path, "w") as out:
        out.write("id\ttime\tevent\t" + "\t".join(names) + "\n")
        for row in range(len(time)):
            out.write("s%d\t%.7f\t%d\t" % (row, max(time[row], 1e-7), event[row]) + "\t".join("%.5f" % v for v in columns[row]) + "\n")


def concordance(time, score):
    """All times are events and different."""
    order = numpy.argsort(time)
    s = score[order]
    later = numpy.triu(numpy.ones((len(s), len(s)), dtype=bool), 1)
    difference = s[:, None] - s[None, :]
    return ((difference > 0) & later).sum() / later.sum() + 0.5 * ((difference == 0) & later).sum() / later.sum()


def run(program, folder, rule, seed):
    out = folder / rule
    common = ["--time", "time", "--event", "event", "--quiet"]
    subprocess.run([program, "forest", folder / "train.tsv", *common, "--trees", str(TREES), "--split-rule", rule, "--seed", str(seed),
                    "--out", out], check=True, capture_output=True)
    subprocess.run([program, "predict", out / "model.h5", folder / "fresh.tsv", *common, "-o", out / "predictions.tsv"], check=True,
                   capture_output=True)
    lines = [line.rstrip("\n").split("\t") for line in open(out / "predictions.tsv")]
    score = numpy.array([float(line[lines[0].index("score")]) for line in lines[1:]])
    with h5py.File(out / "model.h5") as file:
        found = {}
        file.visititems(lambda name, item: found.update({name.split("/")[-1]: item}) if isinstance(item, h5py.Dataset) else None)
        nodes, feature = found["nodes"][:], found["feature"][:]
        names = [name.decode() if isinstance(name, bytes) else name for name in found["features"][:]]
    roots = feature[numpy.concatenate([[0], numpy.cumsum(nodes)[:-1]])]
    first = names.index("x1") if "x1" in names else -2
    return score, (roots == first).sum() / max(1, (roots >= 0).sum()), (feature == first).sum() / max(1, (feature >= 0).sum())


def limit(differences):
    error = numpy.std(differences, ddof=1) / math.sqrt(len(differences))
    return "%+.4f +- %.4f" % (numpy.mean(differences), STUDENT_975[len(differences) - 1] * error)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--replicates", type=int, default=20, choices=[k + 1 for k in STUDENT_975])
    parser.add_argument("--rules", default="guarded_log_rank,permutation_log_rank,log_rank")
    parser.add_argument("--build", default=str(ROOT / "build" / "release"))
    options = parser.parse_args()
    rules = options.rules.split(",")
    program = pathlib.Path(options.build) / "apps" / "vigil"
    lines = ["# Split rules beside each other", "",
             "Written by `benchmarks/peers/forest/compare_rules.py %s`, commit %s, %s: %d replicates of %d subjects and %d columns, %d trees." %
             (" ".join(sys.argv[1:]), commit(), machine()[0], options.replicates, SUBJECTS, COLUMNS, TREES),
             "C: concordance on %d fresh subjects without censoring. Share: of root splits, of all splits, that cut the first column" % FRESH,
             "(chance %.3f). Differences to the first rule: mean and 95 %% interval over replicates." % (1 / COLUMNS), "",
             "| setting | events | rule | C | C less the first rule's | share of roots | share of splits |", "|---|---|---|---|---|---|---|"]
    for setting in SETTINGS:
        found = {rule: [] for rule in rules}
        events = []
        for replicate in range(options.replicates):
            draw = numpy.random.default_rng([replicate, SETTINGS.index(setting)])
            with tempfile.TemporaryDirectory() as name:
                folder = pathlib.Path(name)
                columns = draw.standard_normal((SUBJECTS, COLUMNS))
                time, censoring = event_times(draw, setting, columns[:, 0]), censoring_times(draw, setting, columns[:, 0])
                events.append((time <= censoring).mean())
                write(folder / "train.tsv", columns, numpy.minimum(time, censoring), time <= censoring)
                fresh = draw.standard_normal((FRESH, COLUMNS))
                fresh_time = event_times(draw, setting, fresh[:, 0])
                write(folder / "fresh.tsv", fresh, fresh_time, numpy.ones(FRESH))
                for rule in rules:
                    score, roots, splits = run(program, folder, rule, replicate + 1)
                    found[rule].append((concordance(fresh_time, score), roots, splits))
        for rule in rules:
            values = numpy.array(found[rule])
            less = "-" if rule == rules[0] else limit(values[:, 0] - numpy.array(found[rules[0]])[:, 0])
            lines.append("| %s | %.2f | %s | %.4f | %s | %.3f | %.3f |" % (setting, numpy.mean(events), rule, *[values[:, 0].mean()], less,
                                                                  values[:, 1].mean(), values[:, 2].mean()))
            print(lines[-1], flush=True)
    (ROOT / "benchmarks" / "results" / "forest_rules.md").write_text("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
