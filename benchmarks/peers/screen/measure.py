#!/usr/bin/env python3
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
"""Screens: vigil beside a loop of R's coxph, on the same numbers, on one core.

    python3 benchmarks/peers/screen/measure.py                100,000 features and 500 subjects
    python3 benchmarks/peers/screen/measure.py --small        toy size: does it all run?

Needs `cmake --preset release && ninja -C build/release vigil vigil_benchmarks`, Rscript with survival, numpy, taskset.
Writes benchmarks/results/screen_<machine>.md; cohorts stay in the folder of --work.
"""
import argparse
import datetime
import json
import pathlib
import statistics
import sys

import numpy

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from pinned import ROOT, commit, machine, machine_name, run_pinned, seconds_text  # noqa: E402

ADJUSTED = 2


class Bench:
    def __init__(self, options):
        self.options = options
        self.work = pathlib.Path(options.work).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.build = pathlib.Path(options.build).resolve()
        self.cores = options.cores.split(",")
        self.subjects, self.features = (120, 2000) if options.small else (500, 100000)
        self.peer_features = 50 if options.small else 500

    def run(self, command, threads=1):
        return run_pinned(command, self.cores[:threads], self.work)

    def cohort(self):
        prefix = self.work / ("screen_%dx%d" % (self.subjects, self.features))
        file = prefix.with_suffix(".h5ad")
        if not prefix.with_suffix(".dim").exists():
            self.run([self.build / "apps/vigil", "simulate", "survival", "-n", self.subjects, "-p", self.features, "--seed", 7,
                      "-o", file, "--quiet"])
            self.run([self.build / "benchmarks/write_doubles", file, prefix])
        return prefix, file

    def vigil(self, file, *words, threads=1, reps=None):
        command = [self.build / "benchmarks/screen_benchmark", file, "--clinical", ADJUSTED, "--threads", threads,
                   "--reps", reps or self.options.reps, *words]
        return json.loads(self.run(command, threads)[0])

    def check(self, z_file, score_file):
        """Largest relative difference of z^2 and R's score test."""
        score = numpy.fromfile(score_file)
        own = numpy.fromfile(z_file, count=len(score)) ** 2
        return float(numpy.max(numpy.abs(own - score) / numpy.maximum(score, 1e-8)))


def report(bench):
    prefix, file = bench.cohort()
    z_file, score_file = bench.work / "z.f64", bench.work / "score.f64"
    tests = bench.vigil(file, "--out", z_file)
    peer = json.loads(bench.run(["Rscript", HERE / "time_coxph.R", prefix, "features=%d" % bench.peer_features,
                                 "adjusted=%d" % ADJUSTED, "out=%s" % score_file])[0])
    difference = bench.check(z_file, score_file)
    own = statistics.median(tests["seconds"])
    lines = ["# Screens beside a loop of coxph", "",
             "Written by `benchmarks/peers/screen/measure.py %s`, %s, commit %s, %s, %d cores. %d subjects, %d features, %d adjusted columns,"
             % (" ".join(sys.argv[1:]), datetime.date.today(), commit(), *machine(), bench.subjects, bench.features, ADJUSTED),
             "no tied times; one thread on one core; %s. Medians, in memory; the loops of R over %d features are scaled to all."
             % (peer["version"], bench.peer_features), "",
             "Largest relative difference of z^2 and the score test of R: %.1e%s." % (difference, "" if difference < 1e-6 else " **too large**"), "",
             "| loop of R | seconds | vigil, all tests | ratio |", "|---|---|---|---|"]
    names = {"coxph": "`coxph(y ~ z + x)`", "coxph_fit": "`coxph.fit`, matrices made",
             "score": "`coxph.fit` not iterated: the score test alone"}
    for key, name in names.items():
        seconds = statistics.median(peer[key]) * tests["tests"] / bench.peer_features
        lines.append("| %s | %s | %s | %.0fx |" % (name, seconds_text(seconds), seconds_text(own), seconds / own))
    lines += ["", "| work of vigil | threads | seconds | reads | memory above what is held before |", "|---|---|---|---|---|"]
    draws = 100 if bench.options.small else 1000
    rows = [("tests", [], 1, None), ("tests and %d draws by multipliers" % draws, ["--draws", draws], 1, 3),
            ("the same", ["--draws", draws], 2, 3),
            ("tests and %d draws by permutation" % (draws // 10), ["--draws", draws // 10, "--permute", 1], 1, 1)]
    for name, words, threads, reps in rows:
        if threads > len(bench.cores):
            continue
        result = bench.vigil(file, *words, threads=threads, reps=reps)
        lines.append("| %s | %d | %s | %d | %.0f MB |" % (name, threads, seconds_text(statistics.median(result["seconds"])),
                                                       result["reads"], (result["peak_kib"] - result["before_kib"]) / 1024))
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    parser.add_argument("--work", default=str(ROOT / "build/peers"))
    parser.add_argument("--cores", default="0,1")
    parser.add_argument("--reps", type=int, default=9)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--out", default="")
    options = parser.parse_args()
    text = report(Bench(options))
    name = options.out or str(ROOT / "benchmarks/results" / ("screen_%s.md" % machine_name()))
    if options.small and not options.out:
        print(text)
    else:
        pathlib.Path(name).write_text(text)


if __name__ == "__main__":
    main()
