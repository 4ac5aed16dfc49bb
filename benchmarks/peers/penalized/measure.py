#!/usr/bin/env python3
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
"""Penalized regression: vigil and glmnet side by side, on the same numbers, on one core.

    python3 benchmarks/peers/penalized/measure.py                  all rows, medians of 5
    python3 benchmarks/peers/penalized/measure.py --rows path500,cv --reps 3 --peer-reps 1
    python3 benchmarks/peers/penalized/measure.py --small          every row at toy size: does it all run?

glmnet takes most of the time: a repeat of all rows costs it about ten minutes, so that five take an hour.
Needs `cmake --preset release && ninja -C build/release vigil vigil_benchmarks`, Rscript with glmnet, taskset.
Writes benchmarks/results/penalized_<machine>.md after every row; designs and solutions stay in the folder of --work.
A time is reported with a ratio only after its result was checked.
"""
import argparse
import datetime
import json
import os
import pathlib
import random
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from pinned import ROOT, Failed, commit, first_line, machine, machine_name, run_pinned, seconds_text  # noqa: E402

OUTER_FOLDS, OUTER_REPEATS = 10, 5
COHORT = ["--time", "time", "--event", "event"]


class Row:
    """One line of the table. goal: how many times faster than glmnet."""

    def __init__(self, name, text, work, size, goal, **settings):
        self.name, self.text, self.work, self.size, self.goal = name, text, work, size, goal
        self.family = settings.pop("family", "cox")
        self.l1_ratio = settings.pop("l1_ratio", 1.0)
        self.threads = settings.pop("threads", 1)
        self.full_grid = settings.pop("full_grid", False)
        self.same_peer = settings.pop("same_peer", None)  # row whose run of glmnet is this one's too
        self.against = settings.pop("against", None)  # own row that is the other side instead of glmnet
        self.real = settings.pop("real", False)
        assert not settings


ROWS = [
    Row("path200", "path, 100 lambdas to ratio 0.01", "path", (200, 20000), 25),
    Row("path500", "path, 100 lambdas to ratio 0.01", "path", (500, 20000), 35),
    Row("path100k", "path, 100 lambdas to ratio 0.01", "path", (500, 100000), 40),
    Row("path_half", "path, l1_ratio 0.5", "path", (500, 20000), 15, l1_ratio=0.5),
    Row("path2000", "path, 100 lambdas to ratio 0.01", "path", (2000, 20000), 15),
    Row("crc", "path, cohort crc_norway_dfs", "path", (160, 10015), None, real=True),
    Row("gaussian", "gaussian path", "path", (500, 20000), 1, family="gaussian"),
    Row("binomial", "binomial path", "path", (500, 20000), 1, family="binomial"),
    Row("cv", "10-fold cross-validation, full grid", "cv", (500, 20000), 60, full_grid=True),
    Row("cv_early", "10-fold cross-validation, early stop", "cv", (500, 20000), 200, same_peer="cv"),
    Row("nested", "nested cross-validation, 10 x 5 outer, 5 inner folds, full grid", "nested", (500, 20000), 100, full_grid=True),
    Row("nested_early", "nested cross-validation, 10 x 5 outer, 5 inner folds, early stop", "nested", (500, 20000), 100, same_peer="nested"),
    Row("stability", "stability selection, 100 half samples, q = 50", "stability", (500, 20000), 80),
    Row("cv_two", "10-fold cross-validation, full grid, two threads", "cv", (500, 20000), 1.8, full_grid=True, threads=2,
        against="cv"),
    Row("cv_early_two", "10-fold cross-validation, early stop, two threads", "cv", (500, 20000), 1.8, threads=2,
        against="cv_early"),
    Row("nested_two", "nested cross-validation, full grid, two threads", "nested", (500, 20000), 1.8, full_grid=True, threads=2,
        against="nested"),
    Row("nested_early_two", "nested cross-validation, early stop, two threads", "nested", (500, 20000), 1.8, threads=2,
        against="nested_early"),
    Row("stability_two", "stability selection, two threads", "stability", (500, 20000), 1.8, threads=2, against="stability"),
]


class Bench:
    def __init__(self, options):
        self.options = options
        self.build = pathlib.Path(options.build).resolve()
        self.work = pathlib.Path(options.work).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        self.vigil = self.build / "apps" / "vigil"
        self.programs = self.build / "benchmarks"
        self.limits = json.loads(self.run([self.programs / "machine_limits"])[0])
        self.done = {}  # row name -> result

    # ---- processes ----
    def run(self, command, threads=1):
        return run_pinned(command, self.options.cores.split(",")[:threads], self.work)

    def r(self, *words):
        text, seconds, peak = self.run(["Rscript", HERE / "time_glmnet.R", *words])
        return json.loads(text), seconds, peak

    # ---- data ----
    def size(self, row):
        if self.options.small and not row.real:
            return max(60, row.size[0] // 5), row.size[1] // 20
        return row.size

    def design(self, row):
        """The cohort and the prefix of its doubles, made once."""
        if row.real:
            cohort = pathlib.Path(self.options.shared) / "crc_norway_dfs" / "cohort.h5ad"
            if not cohort.exists():
                raise Failed("no such cohort: %s" % cohort)
            prefix = self.work / "crc_norway_dfs"
        else:
            n, p = self.size(row)
            prefix = self.work / ("design_%d_%d" % (n, p))
            cohort = prefix.with_suffix(".h5ad")
            if not cohort.exists():
                self.run([sys.executable, HERE / "make_design.py", n, p, cohort])
        if not pathlib.Path(str(prefix) + ".dim").exists():
            self.run([self.programs / "write_doubles", cohort, prefix])
        return cohort, prefix

    def folds(self, n):
        file = self.work / ("folds_%d.txt" % n)
        fold = [1 + i % 10 for i in range(n)]
        random.Random(1).shuffle(fold)
        file.write_text("".join("%d\n" % k for k in fold))
        table = self.work / ("folds_%d.tsv" % n)
        table.write_text("subject\trepeat\tfold\n" + "".join("S%d\t1\t%d\n" % (i + 1, k) for i, k in enumerate(fold)))
        return file, table

    def halves(self, n):
        file = self.work / ("halves_%d.txt" % n)
        draw = random.Random(2)
        count = 10 if self.options.small else 100
        file.write_text("".join(" ".join(map(str, sorted(draw.sample(range(1, n + 1), n // 2)))) + "\n" for _ in range(count)))
        return file

    # ---- both sides of a row ----
    def own(self, row, cohort, out):
        n = self.size(row)[0]
        command = [self.programs / "penalized_benchmark", row.work, cohort, "--family", row.family, "--l1-ratio", row.l1_ratio,
                   "--reps", self.options.reps, "--threads", row.threads, "--out", out]
        if row.work == "cv":
            command += ["--folds", self.folds(n)[0], "--full-grid", int(row.full_grid)]
        if row.work == "nested":
            command += ["--outer", OUTER_FOLDS, "--repeats", OUTER_REPEATS, "--full-grid", int(row.full_grid)]
        if row.work == "stability":
            command += ["--halves", self.halves(n), "--q", self.q()]
        text, _, _ = self.run(command, row.threads)
        return json.loads(text)

    def q(self):
        return 10 if self.options.small else 50

    def own_process(self, row, cohort):
        """Median wall time and peak memory of the program a user would start; None where it has no such verb."""
        if row.family != "cox" or row.work in ("nested", "stability"):
            return None
        folder = self.work / "process-results"
        command = [self.vigil, row.work, cohort, *COHORT, "--l1-ratio", row.l1_ratio, "--lambda-min-ratio", 0.01, "--threads",
                   row.threads, "--out", folder, "--quiet"]
        if row.work == "cv":
            command += ["--folds-file", self.folds(self.size(row)[0])[1]] + (["--full-grid"] if row.full_grid else [])
        runs = [self.run(command, row.threads)[1:] for _ in range(self.options.reps)]
        return statistics.median(run[0] for run in runs), max(run[1] for run in runs)

    def peer(self, row, prefix, out, own_out):
        n = self.size(row)[0]
        words = [row.work, prefix, "family=" + row.family, "l1_ratio=%g" % row.l1_ratio, "reps=%d" % self.options.peer_reps,
                 "out=%s" % out]
        if row.work == "cv":
            words.append("folds=%s" % self.folds(n)[0])
        if row.work == "nested":
            words.append("folds=%s" % own_out)
        if row.work == "stability":
            words += ["halves=%s" % self.halves(n), "q=%d" % self.q()]
        if row.real:  # a censored time equals an event time: glmnet's own grid is another one (docs/methods)
            words.append("lambda=%s" % own_out)
        answer, seconds, peak = self.r(*words)
        # the process of a single run: less the repeats
        answer["process"] = seconds - sum(answer["seconds"]) + statistics.median(answer["seconds"])
        answer["process_peak"] = peak
        if row.work == "nested":  # one outer training set was timed
            answer["seconds"] = [OUTER_FOLDS * OUTER_REPEATS * seconds for seconds in answer["seconds"]]
            answer["process"] = None
        return answer

    # ---- one row ----
    def measure(self, row):
        cohort, prefix = self.design(row)
        own_out, peer_out = self.work / (row.name + ".vigil"), self.work / (row.name + ".glmnet")
        result = {"row": row, "faults": []}
        result["own"] = own = self.own(row, cohort, own_out)
        result["own_process"] = self.own_process(row, cohort)
        if own["worst_kkt"] > 1e-6:
            result["faults"].append("KKT violation %.1e" % own["worst_kkt"])
        if row.against:
            first = self.done.get(row.against)
            if first is None:
                raise Failed("needs row %s in the same run" % row.against)
            result["other"] = statistics.median(first["own"]["seconds"])
            same = ["lambdas", "loss", "minimum", "sum_squares"]
            selections = [self.work / (name + ".vigil") for name in (row.name, row.against)]
            if any(own.get(name) != first["own"].get(name) for name in same) or (
                    row.work == "stability" and selections[0].read_bytes() != selections[1].read_bytes()):
                result["faults"].append("other numbers than with one thread")
        elif row.same_peer in self.done:
            result["peer"] = peer = self.done[row.same_peer]["peer"]
        else:
            result["peer"] = peer = self.peer(row, prefix, peer_out, own_out)
        if "peer" in result:
            result["other"] = statistics.median(peer["seconds"])
            check = {"path": self.check_path, "cv": self.check_cv, "nested": self.check_cv, "stability": self.check_stability}[row.work]
            check(row, result, prefix, own_out, peer_out)
        result["floor"] = self.floor(result)
        self.done[row.name] = result
        return result

    def check_path(self, row, result, prefix, own_out, peer_out):
        text, _, _ = self.run([self.programs / "penalized_accuracy", prefix, "vigil=%s" % own_out, "glmnet=%s" % peer_out, "--family",
                               row.family, "--l1-ratio", row.l1_ratio])
        accuracy = result["accuracy"] = json.loads(text)
        own, peer, best = accuracy["vigil"], accuracy["glmnet"], accuracy["reference"]
        faults = result["faults"]
        result["note"] = "passed; %d lambdas, ends %s" % (own["points"], result["own"]["status"])
        # both end where 99.9 % of the deviance is explained, which the less accurate solutions reach one point later
        slack = 1 if result["own"]["status"] == "saturated" else 0
        if slack and own["points"] != peer["points"]:
            result["note"] += " (glmnet after %d)" % peer["points"]
        if abs(own["points"] - peer["points"]) > slack:
            faults.append("%d of glmnet's %d lambdas" % (own["points"], peer["points"]))
        difference = max(own["lambda_difference"], peer["lambda_difference"])
        if difference > 1e-6:
            faults.append("lambdas differ by %.1e" % difference)
        if own["worst_kkt"] > 1e-6:
            faults.append("recomputed KKT violation %.1e" % own["worst_kkt"])
        nonzero = max((abs(a - b) for a, b in zip(own["nonzero"], best["nonzero"])), default=0)
        if nonzero > 2:
            faults.append("nonzero coefficients differ from the reference's by %d" % nonzero)
        above = max((a - b for a, b in zip(own["excess"], peer["excess"])), default=0.0)
        if above > 1e-10:
            faults.append("objective above glmnet's by %.1e" % above)

    def check_cv(self, row, result, prefix, own_out, peer_out):
        own, peer, faults = result["own"], result["peer"], result["faults"]
        result["note"] = "smallest loss %.5g at point %d; cv.glmnet %.5g at %d" % (
            own["loss"][own["minimum"]], own["minimum"] + 1, peer["loss"][peer["minimum"]], peer["minimum"] + 1)
        if row.full_grid and own["lambdas"] != peer["lambdas"]:
            faults.append("%d of cv.glmnet's %d lambdas" % (own["lambdas"], peer["lambdas"]))
        if max(abs(a / b - 1) for a, b in zip(own["lambda"], peer["lambda"])) > 1e-6:
            faults.append("lambdas differ")
        # cv.glmnet fits each fold on a grid of its own and interpolates, hence not closer
        if abs(own["minimum"] - peer["minimum"]) > 2:
            faults.append("smallest loss at another lambda")
        if abs(own["loss"][own["minimum"]] / peer["loss"][peer["minimum"]] - 1) > 0.005:
            faults.append("smallest losses differ by more than 0.5 %")

    def check_stability(self, row, result, prefix, own_out, peer_out):
        def selections(file):
            found = {}
            for line in open(file):
                half, point, *features = map(int, line.split())
                found[half, point] = set(features)
            return found

        own, peer = selections(own_out), selections(peer_out)
        last = {}
        for half, point in peer:
            last[half] = max(last.get(half, 0), point)
        missing = [half for half in last if (half, last[half]) not in own]
        apart = sum(len(own[h, k] ^ peer[h, k]) for h, k in last.items() if (h, k) in own)
        total = sum(len(peer[h, k]) for h, k in last.items())
        result["note"] = "%d of %d selections differ from glmnet's" % (apart, total)
        if missing:
            result["faults"].append("%d half samples end before glmnet does" % len(missing))
        if apart > 0.02 * total:
            result["faults"].append("more than 2 % of the selections differ")

    # ---- how fast could it be ----
    def floor(self, result):
        """Seconds of reading the matrix once, and of the cost model in benchmarks/README.md."""
        own, row, limits = result["own"], result["row"], self.limits
        bytes_read = 4.0 * own["subjects"] * own["features"]
        once = bytes_read / (limits["read_gb_s"] * 1e9)
        fits = {"path": 1, "cv": own.get("folds", 1) + 1,
                "nested": own.get("outer", 1) * (own.get("folds", 1) + 1), "stability": own.get("halves", 1)}[row.work]
        paths = {"nested": own.get("outer", 1), "stability": fits}.get(row.work, 1)  # that the sums are over
        squares = own["sum_squares"] * fits / (fits if row.work == "stability" else paths)
        points = own["all_points"] / paths
        rows = own["subjects"] / (2 if row.work == "stability" else 1)
        product = 2.0 * own["subjects"] * own["features"] * fits / (2e9 * limits["gflops"])
        sweeps = (2 + 0.18 * points) * max(once, product if fits > 1 else 0.0)
        curvature = 0.2 * rows * squares / (limits["gflops"] * 1e9)
        quadratic = 9.4 * 4.0 * squares / (limits["small_gflops"] * 1e9)
        return once, (sweeps + curvature + quadratic) / row.threads


def header(bench, options):
    model, cores = machine()
    r_line = "cat(paste('R', getRversion(), 'glmnet', packageVersion('glmnet')))"
    limits = bench.limits
    return [
        "# Penalized regression beside glmnet",
        "",
        "Written by `benchmarks/peers/penalized/measure.py %s`; what the columns mean is in [../README.md](../README.md)." %
        " ".join(sys.argv[1:]),
        "",
        "| | |",
        "|---|---|",
        "| machine | %s, %d cores; load average at the start %.2f |" % (model, cores, options.load),
        "| date, commit | %s, %s |" % (options.started, commit()),
        "| versions | %s; %s; %s; %s |" % (first_line([str(bench.vigil), "--version"]), first_line(["Rscript", "-e", r_line]),
                                           limits["blas"], first_line(["g++", "--version"])),
        "| one core | reads %.1f GB/s; symmetric products %.0f GFLOP/s (half counted); triangular solves in cache %.1f GFLOP/s |" %
        (limits["read_gb_s"], limits["gflops"], limits["small_gflops"]),
        "| repeats | vigil %d, glmnet %d, medians; pinned to core %s, two-thread rows to %s |" %
        (options.reps, options.peer_reps, options.cores.split(",")[0], options.cores),
        "",
    ]


def times_table(results):
    lines = ["## Times", "",
             "| row | work | n, p | vigil | glmnet | ratio | at least | whole processes | one read, floor, distance | check |",
             "|---|---|---|---|---|---|---|---|---|---|"]
    for result in results:
        row = result["row"]
        if "failure" in result:
            lines.append("| %s | %s | | | | | | | | not measured: %s |" % (row.name, row.text, result["failure"].replace("|", "/")))
            continue
        own = statistics.median(result["own"]["seconds"])
        faults = "; ".join(result["faults"])
        other, ratio = result["other"], "-" if faults else "%.1fx" % (result["other"] / own)
        process = result["own_process"]
        both = "-" if process is None else seconds_text(process[0])
        both += " / " + seconds_text(result["peer"]["process"]) if result.get("peer", {}).get("process") else ""
        once, floor = result["floor"]
        lines.append("| %s | %s | %d, %d | %s | %s | %s | %s | %s | %.1f ms, %.1f ms, %.1fx | %s |" % (
            row.name, row.text, result["own"]["subjects"], result["own"]["features"], seconds_text(own),
            seconds_text(other) + (" (one thread)" if row.against else ""), ratio,
            "%gx" % row.goal if row.goal else "-", both, 1e3 * once, 1e3 * floor, own / floor,
            faults or result.get("note", "passed")))
    return lines + [""]


def accuracy_table(results):
    lines = ["## Objective above the optimum", "",
             "| row | solver | lambdas | largest excess | median | KKT violation | nonzero at points 25, 50, 75, last |",
             "|---|---|---|---|---|---|---|"]
    for result in results:
        for solver, values in result.get("accuracy", {}).items():
            nonzero = values["nonzero"]
            shown = " / ".join("%d" % nonzero[min(k, len(nonzero) - 1)] for k in (24, 49, 74, len(nonzero) - 1)) if nonzero else "-"
            lines.append("| %s | %s | %d | %.1e | %.1e | %.1e | %s |" % (
                result["row"].name, solver, values["points"], values["largest_excess"], values["median_excess"],
                values["worst_kkt"], shown))
    return lines + [""]


def memory_table(results):
    lines = ["## Memory", "", "| row | float32 matrix | vigil above it | as part of it | process of vigil | process of R |",
             "|---|---|---|---|---|---|"]
    for result in results:
        if "failure" in result:
            continue
        own, process, peer = result["own"], result["own_process"], result.get("peer")
        above = own["peak_kib"] - own["before_kib"]
        lines.append("| %s | %.0f MiB | %.0f MiB | %.2f | %s | %s |" % (
            result["row"].name, own["matrix_kib"] / 1024, above / 1024, above / max(1, own["matrix_kib"]),
            "-" if process is None else "%.0f MiB" % (process[1] / 1024),
            "-" if peer is None else "%.0f MiB" % (peer["process_peak"] / 1024)))
    return lines + [""]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="all", help="names separated by commas: " + ", ".join(row.name for row in ROWS))
    parser.add_argument("--reps", type=int, default=5)
    parser.add_argument("--peer-reps", type=int, default=0, help="repeats of glmnet (default: as --reps)")
    parser.add_argument("--cores", default="0,1", help="the first for one thread, both for two")
    parser.add_argument("--build", default=str(ROOT / "build" / "release"))
    parser.add_argument("--work", default=str(ROOT / "build" / "peers"))
    parser.add_argument("--shared", default=str(ROOT.parent / "shared" / "data"), help="folder of the real cohorts")
    parser.add_argument("--small", action="store_true", help="toy sizes, table into the folder of --work")
    parser.add_argument("--machine", default="", help="name of the result file: penalized_MACHINE.md")
    options = parser.parse_args()
    options.peer_reps = options.peer_reps or options.reps
    options.load = os.getloadavg()[0]
    options.started = datetime.date.today().isoformat()
    names = [row.name for row in ROWS]
    options.chosen = names if options.rows == "all" else options.rows.split(",")
    unknown = [name for name in options.chosen if name not in names]
    if unknown:
        parser.error("no such row: %s; rows: %s" % (", ".join(unknown), ", ".join(names)))
    return options


def main():
    options = parse()
    bench = Bench(options)
    name = options.machine or machine_name()
    folder = bench.work if options.small else ROOT / "benchmarks" / "results"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / ("penalized_%s.md" % name)
    top = header(bench, options)
    if options.load > 0.5:
        print("warning: load average %.2f: the machine is not idle, the times below are no measurement" % options.load, flush=True)
    results = []
    for row in ROWS:
        if row.name not in options.chosen:
            continue
        print("%-14s %s" % (row.name, row.text), flush=True)
        try:
            result = bench.measure(row)
        except Failed as failure:
            result = {"row": row, "failure": str(failure)}
        results.append(result)
        file.write_text("\n".join(top + times_table(results) + accuracy_table(results) + memory_table(results)))
        print("               " + times_table([result])[-2], flush=True)
    print("written " + str(file))
    return 0


if __name__ == "__main__":
    sys.exit(main())
