#!/usr/bin/env python3
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
"""Measures of one prediction: vigil beside R, on the same numbers, on one core.

    python3 benchmarks/peers/measure/measure.py            2,000 subjects beside R, then 100,000
    python3 benchmarks/peers/measure/measure.py --small    toy size: does it all run?

C and Uno's C with standard errors; AUC(t) and Brier score with standard errors at 50 times.
Needs `cmake --preset release && ninja -C build/release measures_benchmark`, Rscript with survival, numpy, taskset. Where R has
riskRegression, its rows are there too (a library elsewhere: R_LIBS); the formulas in plain R always are.
Writes benchmarks/results/measures_<machine>.md; cohorts stay in the folder of --work.
"""
import argparse
import datetime
import json
import os
import pathlib
import statistics
import sys

import numpy

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from pinned import ROOT, Failed, commit, machine, machine_name, run_pinned, seconds_text  # noqa: E402

TIMES = 50
APART = 1e-6
PARTS = {"harrell_c": "C with SE", "uno_c": "Uno's C with SE", "auc": "AUC(t) with SE, %d times", "brier": "Brier score with SE, %d times"}
# Largest relative differences: the same formulas but for the order of sums.
VALUE_LIMIT = 1e-10
SE_LIMIT = 1e-9


class Bench:
    def __init__(self, options):
        self.options = options
        self.work = pathlib.Path(options.work).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.program = pathlib.Path(options.build).resolve() / "benchmarks" / "measures_benchmark"

    def run(self, command, limit=None):
        return json.loads(run_pinned(command, [self.options.core], self.work, limit)[0])

    def cohort(self, subjects):
        """Exponential times with hazard exp(score) / 10, scores in steps of 0.001, uniform censoring up to 15.

        No times are closer than APART: survival takes times for tied that differ by 1e-8 of their mean."""
        prefix = self.work / ("measures_%d" % subjects)
        if not (self.work / (prefix.name + ".risk.f64")).exists():
            draw = numpy.random.default_rng(subjects)
            score = numpy.round(draw.normal(size=subjects), 3)
            failure = -10 * numpy.exp(-score) * numpy.log1p(-draw.uniform(size=subjects))
            leaves = 15 * draw.uniform(size=subjects)
            horizon = numpy.linspace(0.5, 12, TIMES)
            time = numpy.minimum(failure, leaves)
            order, steps = numpy.argsort(time), APART * numpy.arange(subjects)
            time[order] = numpy.maximum.accumulate(time[order] - steps) + steps
            columns = {"time": time, "event": (failure <= leaves).astype(float), "score": score,
                       "horizon": horizon, "risk": -numpy.expm1(-0.1 * numpy.outer(horizon, numpy.exp(score)))}
            assert numpy.min(numpy.diff(numpy.sort(time))) > 0.9 * APART
            for name, values in columns.items():
                values.tofile("%s.%s.f64" % (prefix, name))
        return prefix

    def vigil(self, subjects):
        """Seconds by part, and (value, standard error) rows by part."""
        out = self.work / "vigil.out"
        answer = self.run([self.program, self.cohort(subjects), "--reps", self.options.reps, "--out", out])
        numbers = numpy.fromfile(out).reshape(-1, 2)
        found = {"harrell_c": numbers[0:1], "uno_c": numbers[1:2], "uno_c_known": numbers[2:3],
                 "auc": numbers[3:3 + TIMES], "brier": numbers[3 + TIMES:]}
        return {name: statistics.median(answer[name]) for name in ["weights", *PARTS]}, found, answer["peak_kib"]

    def peer(self, subjects, engine, parts, reps=None, limit=None):
        out = self.work / "peer.out"
        answer = self.run(["Rscript", HERE / "time_measures.R", self.cohort(subjects), "engine=" + engine, "parts=" + ",".join(parts),
                           "reps=%d" % (reps or self.options.peer_reps), "out=%s" % out], limit)
        numbers, found, start = numpy.fromfile(out).reshape(-1, 2), {}, 0
        for name in [name for name in parts if name in answer]:
            count = TIMES if name in ("auc", "brier") else 1
            found[name] = numbers[start:start + count]
            start += count
        return {name: statistics.median(answer[name]) for name in found}, found, answer["version"]


def check(own, peer, name, subjects, engine):
    """Text of the largest relative differences, marked where they are too large, and whether they are small."""
    # survival takes the weights as known for its standard error
    mine = own["uno_c_known" if name == "uno_c" else name]
    value, error = numpy.max(numpy.abs(mine / peer[name] - 1), axis=0)
    # riskRegression 2022.11.28: where n^2 exceeds 2^31 its standard error of AUC is another one, and is not compared
    known_overflow = engine == "packages" and name == "auc" and subjects ** 2 >= 2 ** 31
    good = bool(value <= VALUE_LIMIT and (error <= SE_LIMIT or known_overflow))
    return "%.0e, %.0e" % (value, error) + ("" if good else " **too large**"), good


def part_name(name):
    return PARTS[name] % TIMES if "%d" in PARTS[name] else PARTS[name]


def beside_r(bench, subjects):
    seconds, own, _ = bench.vigil(subjects)
    lines = ["## %d subjects beside R" % subjects, "", "| measure | R | seconds | vigil | ratio | largest relative difference: value, SE |",
             "|---|---|---|---|---|---|"]
    versions = []
    for engine in ("packages", "plain"):
        spent, found, version = bench.peer(subjects, engine, list(PARTS))
        versions.append(version)
        good = True
        for name in found:
            text, passed = check(own, found, name, subjects, engine)
            good = good and passed
            label = "all pairs, plain R" if engine == "plain" else "riskRegression" if name in ("auc", "brier") else "survival"
            lines.append("| %s | %s | %.4f | %.5f | %s | %s |" % (part_name(name), label, spent[name], seconds[name],
                                                               "%.0fx" % (spent[name] / seconds[name]) if passed else "-", text))
        mine = seconds["weights"] + sum(seconds[name] for name in found)
        theirs = sum(spent.values())
        lines.append("| **all of these, vigil with its censoring weights** | %s | %.4f | %.5f | %s | |" % (
            engine, theirs, mine, "**%.0fx** (at least 20x)" % (theirs / mine) if good else "-"))
    return lines + [""], versions[0]


def growth(bench, sizes, large):
    """Time by number of subjects; each engine until its limit."""
    lines = ["## By number of subjects", "",
             "C, Uno's C, AUC(t) and Brier score at %d times, all with SE; seconds." % TIMES, "",
             "| subjects | vigil | of it: weights, C, Uno's C, AUC, Brier | survival: C, Uno's C | riskRegression: AUC, Brier | AUC, Brier by all pairs, plain R |",
             "|---|---|---|---|---|---|"]
    for subjects in [*sizes, large]:
        seconds, own, peak = bench.vigil(subjects)

        def spent_by(engine, parts):
            try:
                spent, found, _ = bench.peer(subjects, engine, parts, 1, bench.options.limit)
            except Failed as failure:
                return str(failure).replace("|", "/")[:80]
            good = all(check(own, found, name, subjects, engine)[1] for name in found)
            return (", ".join("%.3f" % spent[name] for name in found) or "not installed") + ("" if good else " **other numbers**")

        plain = "not run: %.0f GB for the pairs" % (8 * (subjects / 2) ** 2 / 1e9) if subjects == large and not bench.options.small else spent_by("plain", ["auc", "brier"])
        total = sum(seconds.values())
        text = seconds_text(total) + (" (under 2 s)" if subjects == large and total < 2 else " **above 2 s**" if subjects == large else "")
        lines.append("| %d | %s | %s | %s | %s | %s |" % (subjects, text, ", ".join("%.4f" % value for value in seconds.values()),
                                                      spent_by("packages", ["harrell_c", "uno_c"]), spent_by("packages", ["auc", "brier"]), plain))
    return lines + ["", "Unless a row says other numbers, the values and standard errors of R are vigil's, but for riskRegression's standard error of AUC(t) where n^2 exceeds",
                    "2^31: vigil's goes on as 1 / sqrt(n), riskRegression's leaps between 45,000 and 50,000 subjects.", "",
                    "Peak memory of vigil's process at %d subjects: %.0f MB, of it %.0f MB of risks." % (large, peak / 1024, large * TIMES * 8 / 1e6), ""]


def report(bench):
    options = bench.options
    subjects, large = (200, 1000) if options.small else (2000, 100000)
    first, version = beside_r(bench, subjects)
    second = growth(bench, [subjects // 2, subjects, 2 * subjects], large)
    return "\n".join(["# Measures beside R", "",
                      "Written by `benchmarks/peers/measure/measure.py %s`, %s, commit %s, %s, %d cores, load average at the start %.2f; %s."
                      % (" ".join(sys.argv[1:]), datetime.date.today(), commit(), *machine(), options.load, version),
                      *(["**Taken beside other work: ratios say more than seconds.**"] if options.load > 0.5 else []),
                      "One thread on one core; medians of %d (vigil), %d (R; one by number of subjects), data in memory; no tied times."
                      % (options.reps, options.peer_reps),
                      "What the columns mean is in [../README.md](../README.md).", "", *first, *second])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    parser.add_argument("--work", default=str(ROOT / "build/peers"))
    parser.add_argument("--core", default="0")
    parser.add_argument("--reps", type=int, default=15)
    parser.add_argument("--peer-reps", type=int, default=5)
    parser.add_argument("--limit", type=int, default=600, help="seconds that R may take for one row by number of subjects")
    parser.add_argument("--small", action="store_true", help="toy sizes, printed")
    parser.add_argument("--machine", default="", help="name of the result file: measures_MACHINE.md")
    options = parser.parse_args()
    options.load = os.getloadavg()[0]
    text = report(Bench(options))
    print(text)
    if not options.small:
        (ROOT / "benchmarks/results" / ("measures_%s.md" % (options.machine or machine_name()))).write_text(text)


if __name__ == "__main__":
    main()
