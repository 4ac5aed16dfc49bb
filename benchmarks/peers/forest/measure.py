#!/usr/bin/env python3
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
"""Survival forests: vigil and ranger side by side, on the same numbers, on one core.

    python3 benchmarks/peers/forest/measure.py                       all tables
    python3 benchmarks/peers/forest/measure.py --tables exact,own --sizes 300x5000,5000x50
    python3 benchmarks/peers/forest/measure.py --small               every table at toy size: does it all run?

Tables: exact (all cuts by the exact log-rank statistic), default (vigil's default against ranger's extratrees with one cut),
own (threads, importance, memory), paired (out-of-bag concordance over replicates, --replicates 20), few (the same beside
ranger's exact rule, with few trees in both).
Needs `cmake --preset release && ninja -C build/release vigil_benchmarks`, Rscript with ranger, numpy, taskset.
Writes benchmarks/results/forest_<machine>.md after every row; cohorts stay in the folder of --work.
"""
import argparse
import datetime
import json
import math
import os
import pathlib
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from pinned import ROOT, Failed, commit, first_line, machine, machine_name, run_pinned, seconds_text  # noqa: E402

TREES = 500
# subjects, features, trees that ranger grows by its exact rule: the rest by the slope, or by one tree's time
SIZES = {"300x5000": (300, 5000, (10, 50)), "500x20000": (500, 20000, (2, 8)), "2000x2000": (2000, 2000, (2, 6)),
         "5000x50": (5000, 50, (1, 3)), "20000x20": (20000, 20, (1,))}
LOGRANK_SIZES = ["300x5000"]  # in the paired table: a forest of ranger's takes minutes to days elsewhere
# Where 500 trees of ranger do not fit (120 MB for each: hazards of all leaves on all times), both engines grow fewer.
TREES_BESIDE_EXTRATREES = {"20000x20": 100}
# So few that 20 forests of ranger by its exact rule take less than half an hour.
TREES_BESIDE_LOGRANK = {"300x5000": 500, "500x20000": 20, "2000x2000": 20, "5000x50": 20, "20000x20": 2}
TABLES = ["exact", "default", "own", "paired", "few"]
STUDENT_975 = {4: 2.776, 9: 2.262, 19: 2.093}  # by degrees of freedom


class Bench:
    def __init__(self, options):
        self.options = options
        self.work = pathlib.Path(options.work).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.program = pathlib.Path(options.build).resolve() / "benchmarks" / "forest_benchmark"
        self.cores = options.cores.split(",")

    def cohort(self, size, seed=1):
        n, p, _ = SIZES[size]
        if self.options.small:
            n, p = max(80, n // 20), max(5, p // 50)
        prefix = self.work / ("%dx%d_%d" % (n, p, seed))
        if not prefix.with_suffix(".s").exists():
            run_pinned([sys.executable, HERE / "make_cohort.py", n, p, prefix, "--seed", seed], self.cores[:1], self.work)
        return prefix, n, p

    def vigil(self, cohort, *words, threads=1, reps=None, trees=TREES):
        command = [self.program, *cohort, "--trees", trees, "--threads", threads, "--reps", reps or self.options.reps, *words]
        return json.loads(run_pinned(command, self.cores[:threads], self.work)[0])

    def ranger(self, cohort, *words):
        command = ["Rscript", HERE / "time_ranger.R", *cohort, *words]
        return json.loads(run_pinned(command, self.cores[:1], self.work, self.options.limit)[0])["seconds"][-1]

    def concordance(self, cohort, scores):
        """One function for every engine."""
        return json.loads(run_pinned([self.program, *cohort, "--scores-of", scores], self.cores[:1], self.work)[0])["concordance"]

    # ---- rows ----
    def exact(self, size):
        """Both: no node below twice 5 subjects is cut, 5 on each side, 0.632 of the subjects without replacement."""
        cohort = self.cohort(size)
        own = self.vigil(cohort, "--rule", "log_rank", "--min-node", 9, "--min-leaf", 5, "--min-leaf-events", 0)
        grown = SIZES[size][2]
        spent = [self.ranger(cohort, "rule=logrank", "trees=%d" % trees) for trees in grown]
        if len(grown) == 1:
            peer = spent[0] * TREES / grown[0]
        else:
            peer = spent[-1] + (TREES - grown[-1]) * (spent[-1] - spent[0]) / (grown[-1] - grown[0])
        seconds = statistics.median(own["seconds"])
        return [size, seconds_text(seconds), seconds_text(peer), ", ".join("%d" % trees for trees in grown), "%.0fx" % (peer / seconds), "50x"]

    def default(self, size):
        cohort = self.cohort(size)
        trees = TREES_BESIDE_EXTRATREES.get(size, TREES)
        own = self.vigil(cohort, trees=trees)
        scores = self.work / "scores"
        peer = self.ranger(cohort, "rule=extratrees", "trees=%d" % trees, "scores=%s" % scores)
        other, seconds = self.concordance(cohort, scores), statistics.median(own["seconds"])
        return [size, "%d" % trees, seconds_text(seconds), seconds_text(peer), "%.1fx" % (peer / seconds), "10x",
                "%.3f" % own["oob_concordance"], "%.3f" % other]

    def own(self, size):
        cohort = self.cohort(size)
        one, two = self.vigil(cohort), self.vigil(cohort, threads=2)
        important = self.vigil(cohort, "--importance", "permutation")
        alone, both = (statistics.median(run["seconds"]) for run in (one, two))
        plain, more = (statistics.median(important[name]) for name in ("seconds", "importance_seconds"))
        above = (one["peak_kib"] - one["before_kib"] - one["ranks_kib"]) / 1024
        allowed = 64 + 8 * one["subjects"] * min(150, one["subjects"]) / 2**20
        return [size, seconds_text(alone), seconds_text(both), "%.2fx" % (alone / both), seconds_text(more),
                "%.2f" % ((more - plain) / plain), "%.0f MiB" % above, "%.0f MiB" % allowed]

    def paired(self, size):
        found = {name: [] for name in ("guarded", "permutation", "log_rank", "extratrees", "logrank")}
        exact = ["--rule", "log_rank", "--min-node", 9, "--min-leaf", 5, "--min-leaf-events", 0]
        trees = TREES_BESIDE_EXTRATREES.get(size, TREES)
        for seed in range(1, self.options.replicates + 1):
            cohort = self.cohort(size, seed)
            found["guarded"].append(self.vigil(cohort, "--seed", seed, reps=1, trees=trees)["oob_concordance"])
            found["permutation"].append(self.vigil(cohort, "--seed", seed, "--rule", "permutation_log_rank", reps=1, trees=trees)["oob_concordance"])
            found["log_rank"].append(self.vigil(cohort, "--seed", seed, *exact, reps=1, trees=trees)["oob_concordance"])
            scores = self.work / ("scores_" + size)
            for rule in ["extratrees"] + (["logrank"] if size in LOGRANK_SIZES else []):
                self.ranger(cohort, "rule=" + rule, "trees=%d" % trees, "scores=%s" % scores, "seed=%d" % seed)
                found[rule].append(self.concordance(cohort, scores))
            self.forget(cohort, seed)
        means = ["%.4f" % statistics.mean(values) if values else "-" for values in found.values()]
        others = ["extratrees", "logrank" if found["logrank"] else "log_rank", "permutation"]
        return [size, "%d" % self.options.replicates, "%d" % trees, *means, *(self.limit(found["guarded"], found[name]) for name in others)]

    def few(self, size):
        own, peer = [], []
        trees = TREES_BESIDE_LOGRANK[size]
        for seed in range(1, self.options.replicates + 1):
            cohort = self.cohort(size, seed)
            own.append(self.vigil(cohort, "--seed", seed, reps=1, trees=trees)["oob_concordance"])
            scores = self.work / ("scores_" + size)
            self.ranger(cohort, "rule=logrank", "trees=%d" % trees, "scores=%s" % scores, "seed=%d" % seed)
            peer.append(self.concordance(cohort, scores))
            self.forget(cohort, seed)
        return [size, "%d" % self.options.replicates, "%d" % trees, "%.4f" % statistics.mean(own), "%.4f" % statistics.mean(peer),
                self.limit(own, peer)]

    def forget(self, cohort, seed):
        """The files of a replicate, but for the first one."""
        if seed > 1:
            for suffix in (".x", ".t", ".s"):
                pathlib.Path(str(cohort[0]) + suffix).unlink()

    def limit(self, own, other):
        """Mean of the paired difference, and its lower one-sided 97.5 % limit."""
        differences = [a - b for a, b in zip(own, other)]
        error = statistics.stdev(differences) / math.sqrt(len(differences))
        mean = statistics.mean(differences)
        return "%+.4f, above %+.4f" % (mean, mean - STUDENT_975[len(differences) - 1] * error)


HEADS = {
    "exact": ("Exact log-rank, all cuts", ["n x p", "vigil", "ranger `logrank`", "ranger's trees", "ratio", "at least"]),
    "default": ("vigil's default beside ranger `extratrees` with one cut",
                ["n x p", "trees", "vigil", "ranger", "ratio", "at least", "out-of-bag C: vigil", "ranger"]),
    "own": ("Threads, permutation importance, memory",
            ["n x p", "one thread", "two threads", "ratio", "with importance", "importance / growing", "above the ranks",
             "allowed"]),
    "paired": ("Out-of-bag concordance, paired replicates",
               ["n x p", "replicates", "trees", "guarded", "permutation", "log_rank", "ranger `extratrees`", "ranger `logrank`",
                "guarded - extratrees", "guarded - logrank (where ranger was not run, own log_rank)", "guarded - permutation"]),
    "few": ("The same beside ranger's exact rule, few trees in both",
            ["n x p", "replicates", "trees", "guarded", "ranger `logrank`", "guarded - logrank"]),
}


def header(bench, options):
    model, cores = machine()
    r_line = "cat(paste('R', getRversion(), 'ranger', packageVersion('ranger')))"
    return [
        "# Survival forests beside ranger", "",
        "Written by `benchmarks/peers/forest/measure.py %s`; what the columns mean is in [../README.md](../README.md)." %
        " ".join(sys.argv[1:]), "",
        "| | |", "|---|---|",
        "| machine | %s, %d cores; load average at the start %.2f |" % (model, cores, options.load),
        "| date, commit | %s, %s |" % (options.started, commit()),
        "| versions | %s; %s |" % (first_line(["Rscript", "-e", r_line]), first_line(["g++", "--version"])),
        "| repeats | vigil %d, medians; ranger 1; %d trees unless said; pinned to core %s, two threads to %s |" %
        (options.reps, TREES, options.cores.split(",")[0], options.cores), ""]


def table_text(name, rows):
    title, columns = HEADS[name]
    lines = ["## " + title, "", "| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows] + [""]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", default=",".join(TABLES))
    parser.add_argument("--sizes", default=",".join(SIZES))
    parser.add_argument("--reps", type=int, default=5)
    parser.add_argument("--replicates", type=int, default=20, choices=[degrees + 1 for degrees in STUDENT_975])
    parser.add_argument("--limit", type=int, default=1200, help="seconds that a run of ranger may take")
    parser.add_argument("--cores", default="0,1", help="the first for one thread, both for two")
    parser.add_argument("--build", default=str(ROOT / "build" / "release"))
    parser.add_argument("--work", default=str(ROOT / "build" / "peers"))
    parser.add_argument("--small", action="store_true", help="toy sizes, table into the folder of --work")
    parser.add_argument("--machine", default="", help="name of the result file: forest_MACHINE.md")
    options = parser.parse_args()
    options.load = os.getloadavg()[0]
    options.started = datetime.date.today().isoformat()
    for given, known in ((options.tables, TABLES), (options.sizes, SIZES)):
        unknown = [name for name in given.split(",") if name not in known]
        if unknown:
            parser.error("unknown: %s; there is: %s" % (", ".join(unknown), ", ".join(known)))
    return options


def main():
    options = parse()
    bench = Bench(options)
    folder = bench.work if options.small else ROOT / "benchmarks" / "results"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / ("forest_%s.md" % (options.machine or machine_name()))
    top = header(bench, options)
    if options.load > 0.5:
        print("warning: load average %.2f: the machine is not idle, the times below are no measurement" % options.load, flush=True)
    tables = {}
    for name in options.tables.split(","):
        for size in options.sizes.split(","):
            try:
                row = getattr(bench, name)(size)
            except Failed as failure:
                row = [size, "not measured: %s" % str(failure).replace("|", "/")] + [""] * (len(HEADS[name][1]) - 2)
            tables.setdefault(name, []).append(row)
            print("%-8s %s" % (name, "  ".join(row)), flush=True)
            file.write_text("\n".join(top + sum((table_text(*each) for each in tables.items()), [])))
    print("written " + str(file))
    return 0


if __name__ == "__main__":
    sys.exit(main())
