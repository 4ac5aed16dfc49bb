#!/usr/bin/env python3
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
"""The simulated neuroendocrine tumour cohort (1,500 patients, 20,000 features) through every stage of vigil: seconds and memory
of each, and which of the planted features each way of discovery finds, with how many false ones.

    python3 benchmarks/studies/net_default.py                   everything
    python3 benchmarks/studies/net_default.py --small           toy size: does it all run?
    python3 benchmarks/studies/net_default.py --stages time     one part; the other sections of the results file stay

Needs `cmake --preset release && ninja -C build/release vigil`, numpy, h5py, taskset. Writes benchmarks/results/net_default_<machine>.md.
"""
import argparse
import datetime
import json
import math
import os
import pathlib
import re
import shutil
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "peers")]

try:
    import h5py
except ImportError as missing:
    print("skipped: %s" % missing)
    sys.exit(77)

import net_discovery as discovery  # noqa: E402
from pinned import ROOT, Failed, commit, machine, machine_name, run_pinned, seconds_text  # noqa: E402

CLINICAL = "age,male,cci,size,ki67_eus,head,imaging_nodes,duct_dilation,symptoms"
OUTCOME = ["--time", "time", "--event", "event", "--time-unit", "months", "--subjects", "functioning=0", "--subjects", "molecular_row=1"]
SMALL_CLINICAL = "size,ki67_eus"  # a small cohort has few events
LEVEL = 0.1
MOST_SECONDS = 300  # of one process
FIRST = 50

STUDY = """schema = 1
[data]
file = "{file}"
time = "time"
event = "event"
time_unit = "months"
strata = "centre"
subjects = ["functioning=0", "molecular_row=1"]
clinical = [{clinical}]
[data.known_at]
arm = "baseline"
[[learner]]
name = "cox"
features = "clinical"
[[learner]]
name = "cox-net"
[[learner]]
name = "survival-forest"
trees = {trees}
importance = "none"
[validate]
scheme = "nested-cv"
folds = 5
repeats = 1
horizons = [60]
[run]
seed = 1
out = "{out}"
"""


class Bench:
    def __init__(self, options):
        self.options = options
        self.work = pathlib.Path(options.work).resolve() / "net_default"
        self.work.mkdir(parents=True, exist_ok=True)
        self.vigil = pathlib.Path(options.build).resolve() / "apps/vigil"
        self.cores = options.cores.split(",")
        self.seeds = options.seeds or (2 if options.small else 5)
        self.reps = options.reps or (1 if options.small else 3)
        self.patients, self.features = (1000, 3600) if options.small else (1500, 20000)
        self.clinical = SMALL_CLINICAL if options.small else CLINICAL
        self.stratified = ["--clinical", self.clinical + ",arm", "--strata", "centre"]
        self.adjustments = {"nothing": [],
                            "clinical": ["--clinical", self.clinical],
                            "clinical, arm, platform": ["--clinical", self.clinical + ",arm,platform"],
                            "clinical, arm; strata centre": self.stratified}
        self.trees, self.draws, self.halves, self.folds = (60, 99, 20, 3) if options.small else (1000, 1000, 100, 10)

    def run(self, words, threads):
        """Wall seconds and peak KiB."""
        return run_pinned([self.vigil, *words, "--threads", threads, "--quiet"], self.cores[:threads], self.work, MOST_SECONDS)[1:]

    def cohort(self, seed, scenario="default"):
        """Files of a cohort and of its truth, of which the features alone are read: two futures of each patient are enough."""
        file, truth = self.work / "cohort.h5ad", self.work / "truth.h5"
        self.run(["simulate", "net", "-n", self.patients, "-p", self.features, "--seed", seed, "--scenario", scenario, "-o", file,
                  "--truth", truth, "--replicates", 2, "--truth-error", 1000, "--horizons", 96], len(self.cores))
        return file, discovery.Truth.read(truth)

    def clusters(self, file):
        """The blocks of 50 features, which an analyst may know: var/block of the cohort."""
        table = self.work / "blocks.tsv"
        with h5py.File(file) as cohort:
            names = cohort["var"][cohort["var"].attrs["_index"]][:]
        table.write_text("feature\tcluster\n" + "".join(
            "%s\t%d\n" % (name.decode(), place // discovery.BLOCK_WIDTH) for place, name in enumerate(names)))
        return table

    # What is timed and what is looked for run with the same words.
    def verb(self, name, file, adjustment, *words):
        folder = self.work / name
        return [name, file, *OUTCOME, *adjustment, "--seed", 1, *words, "--out", folder], folder

    def screen(self, file, adjustment):
        return self.verb("screen", file, adjustment, "--draws", self.draws)

    def stability(self, file, adjustment, *words):
        return self.verb("stability", file, adjustment, "--subsamples", self.halves, *words)

    def cv(self, file, adjustment, ratio):
        return self.verb("cv", file, adjustment, "--l1-ratio", ratio, "--folds", self.folds)

    def forest(self, file, adjustment, *kinds):
        return self.verb("forest", file, adjustment, "--trees", self.trees, *(["--importance", ",".join(kinds)] if kinds else []))

    def study(self, file):
        out = self.work / "run"
        shutil.rmtree(out, ignore_errors=True)
        text = STUDY.format(file=file, out=out, trees=self.trees, clinical=", ".join('"%s"' % name for name in (self.clinical + ",arm").split(",")))
        (self.work / "study.toml").write_text(text)
        return ["run", self.work / "study.toml"], out


def header(bench, what):
    load = os.getloadavg()[0]
    idle = "" if load < 0.5 else "; **other work ran beside it** (load average %.1f before it started)" % load
    return "Written by `benchmarks/studies/net_default.py%s`, %s, commit %s, %s, %d cores%s. %s" % (
        "".join(" " + word for word in sys.argv[1:]), datetime.date.today(), commit(), *machine(), idle, what)


def timed_rows(bench, file):
    simulate = ["simulate", "net", "-n", bench.patients, "-p", bench.features, "--seed", 1]
    spare, truth = bench.work / "spare.h5ad", bench.work / "spare_truth.h5"
    quick = ["--replicates", 100, "--truth-error", 1000] if bench.options.small else []
    yield "`simulate net`: cohort", lambda: simulate + ["-o", spare], bench.reps
    yield "`simulate net`: cohort and truth", lambda: simulate + ["-o", spare, "--truth", truth, *quick], 1
    yield "`screen`: all tests, %d draws of maxT" % bench.draws, lambda: bench.screen(file, bench.stratified)[0], bench.reps
    yield "`stability`: %d half samples" % bench.halves, lambda: bench.stability(file, bench.stratified)[0], bench.reps
    for ratio in ("1", "0.5"):
        yield "`path`, l1_ratio %s" % ratio, lambda: bench.verb("path", file, bench.stratified, "--l1-ratio", ratio)[0], bench.reps
        yield "`cv`, %d folds, l1_ratio %s" % (bench.folds, ratio), lambda: bench.cv(file, bench.stratified, ratio)[0], bench.reps
    yield "`forest`: %d trees" % bench.trees, lambda: bench.forest(file, bench.stratified)[0], bench.reps
    yield "the same with permutation importance", lambda: bench.forest(file, bench.stratified, "permutation")[0], bench.reps
    yield "the same with shadow importance", lambda: bench.forest(file, bench.stratified, "shadow")[0], bench.reps
    yield "`run`: 5 folds of cox, cox-net, survival-forest", lambda: bench.study(file)[0], 1


def time_section(bench):
    intro = header(bench, "Whole processes, from start to exit, reading and writing included, file in the page cache; %d patients, %d "
                   "features, seed 1, `clinical, arm; strata centre`. Medians of %d; the truth and the study once. Peak memory with one "
                   "thread and with two." % (bench.patients, bench.features, bench.reps))
    file, _ = bench.cohort(1)
    floor = bench.run(["list", "measures"], 1)[1] / 1024  # a new process starts with the peak of the one that started it
    lines = ["| stage | 1 thread | 2 threads | peak memory |", "|---|---|---|---|"]
    for name, words, reps in timed_rows(bench, file):
        seconds, peaks = [], []
        for threads in range(1, min(2, len(bench.cores)) + 1):
            try:
                runs = [bench.run(words(), threads) for _ in range(reps)]
            except Failed as failure:
                print("%s: %s" % (name, failure), file=sys.stderr)
                runs = [(math.nan, 0)]
            seconds.append(statistics.median(run[0] for run in runs))
            peaks.append(max(run[1] for run in runs) / 1024)
        lines.append("| %s | %s | %s | %s MiB |" % (name, seconds_text(seconds[0]), seconds_text(seconds[1]) if len(seconds) > 1 else "-",
                                                 ", ".join("%s%.0f" % ("< " if peak < 1.02 * floor else "", peak) for peak in peaks)))
        print(lines[-1], file=sys.stderr, flush=True)
    return "\n\n".join([intro, "\n".join(lines), performance(bench)])


def performance(bench):
    rows = [row for row in discovery.read_table(bench.work / "run/tables/performance.tsv")
            if row["measure"] == "harrell_c" and row["resampling"] == "nested-cv"]
    return "Harrell's C in the folds of the study: " + ", ".join(
        "%s %.3f (%.3f to %.3f)" % (row["learner"], *(discovery.number(row[key]) for key in ("estimate", "lower", "upper"))) for row in rows) + "."


def selections(bench, file, truth, blocks, adjustment, unfinished):
    """Counts of every method on one cohort: {method: counts}. A verb that fails or takes too long is noted, its methods are missing."""
    counts = {}

    def look(command, selected):
        words, folder = command
        try:
            bench.run(words, len(bench.cores))
        except Failed as failure:
            unfinished.append("`%s` (%s)" % (words[0], failure))
            return None
        counts.update((name, truth.counts(names)) for name, names in selected(folder).items())
        return folder

    look(bench.screen(file, adjustment), lambda folder: discovery.screen_selections(folder, LEVEL, FIRST))
    folder = look(bench.stability(file, adjustment, "--clusters", blocks),
                  lambda folder: discovery.stability_selections(folder, "stability, lasso"))
    for ratio in ("1", "0.5"):
        look(bench.cv(file, adjustment, ratio), lambda folder: discovery.cv_selections(folder, "cox-net %s" % ratio))
    look(bench.forest(file, adjustment, "permutation", "shadow"),
         lambda folder: discovery.forest_selections(folder, LEVEL, FIRST, truth.index))
    if folder:
        counts["stability of whole blocks"] = truth.block_counts(discovery.stability_blocks(folder))
    return counts


BLOCK_METHODS = ("screen, BH", "stability of whole blocks", "cox-net 1, lambda_min", "forest, shadow, BH")
FEATURE_COLUMNS = [("selected", "selected", 1, 1.0), ("recall_metastatic", "metastatic", 1, 100.0), ("recall_growth", "growth", 1, 100.0),
                   ("recall_subtype", "subtype", 1, 100.0), ("false_feature", "not planted", 2, 1.0), ("false_block", "no planted block", 2, 1.0),
                   ("false_noise", "trap or null", 2, 1.0), ("share_trap", "of traps", 2, 100.0), ("share_null", "of nulls", 2, 100.0)]
BLOCK_COLUMNS = [("blocks", "hit", 1, 1.0), ("blocks_metastatic", "metastatic", 0, 100.0), ("blocks_growth", "growth", 0, 100.0),
                 ("blocks_subtype", "subtype", 0, 100.0), ("blocks_clinical", "clinical", 0, 100.0), ("blocks_trap", "trap", 1, 100.0),
                 ("blocks_null", "null", 1, 100.0), ("blocks_false", "not planted", 2, 1.0), ("blocks_noise", "trap or null", 2, 1.0)]


def table(columns, rows):
    lines = ["| method | adjusted for | " + " | ".join(title for _, title, _, _ in columns) + " |", "|---|---|" + "---|" * len(columns)]
    for (method, adjustment), counts in rows:
        lines.append("| %s | %s | " % (method, adjustment) + " | ".join(
            discovery.mean_text([one[key] for one in counts], digits, scale) for key, _, digits, scale in columns) + " |")
    return "\n".join(lines)


def discovery_section(bench, scenario):
    intro = header(bench, "%d cohorts of %d patients and %d features, scenario `%s`." % (bench.seeds, bench.patients, bench.features, scenario))
    results, subjects, events, unfinished = {}, [], [], []
    for seed in range(1, bench.seeds + 1):
        file, truth = bench.cohort(seed, scenario)
        blocks = bench.clusters(file)
        for name, words in bench.adjustments.items():
            for method, counts in selections(bench, file, truth, blocks, words, unfinished).items():
                results.setdefault((method, name), []).append(counts)
        summary = json.loads((bench.work / "screen/summary.json").read_text())
        subjects.append(summary["subjects"])
        events.append(summary["events"])
        print("%s: seed %d of %d" % (scenario, seed, bench.seeds), file=sys.stderr, flush=True)
    order = {method: place for place, (method, _) in enumerate(results)}
    rows = sorted(results.items(), key=lambda row: order[row[0][0]])
    features = [row for row in rows if "selected" in row[1][0]]
    size = "Analysed: %s patients with %s events. Means over cohorts, in brackets their standard errors." % (
        discovery.mean_text(subjects, 0), discovery.mean_text(events, 0))
    if unfinished:
        size += " **Left out of the means:** %s." % ", ".join("%s, %d x" % (what, unfinished.count(what)) for what in sorted(set(unfinished)))
    return "\n\n".join([intro + " " + size,
                        "Features: recall and the share of trap and null features that are selected in percent; false discoveries as shares.",
                        table(FEATURE_COLUMNS, features),
                        "Blocks of 50: percent of the blocks of each kind with a selected feature; shares of the blocks hit.",
                        table(BLOCK_COLUMNS, [row for row in rows if row[0][0] in BLOCK_METHODS])])


def sections_of(text):
    """Heading: text, in order; what stands before the first heading is no section."""
    parts = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)
    return {heading: body.strip() for heading, body in zip(parts[1::2], parts[2::2])}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=str(ROOT / "build/release"))
    parser.add_argument("--work", default=str(ROOT / "build/peers"))
    parser.add_argument("--cores", default="0,1")
    parser.add_argument("--reps", type=int, default=0, help="repeats of a timed stage (3)")
    parser.add_argument("--seeds", type=int, default=0, help="cohorts of a scenario (5)")
    parser.add_argument("--stages", default="time,default,batch_trap", help="time, and scenarios of the cohort")
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--out", default="")
    options = parser.parse_args()
    bench = Bench(options)
    file = pathlib.Path(options.out or ROOT / "benchmarks/results" / ("net_default_%s.md" % machine_name()))
    keep = not options.small or options.out
    sections = sections_of(file.read_text()) if keep and file.exists() else {}
    for stage in options.stages.split(","):
        if stage == "time":
            sections["Time"] = time_section(bench)
        else:
            sections["Discovery, scenario %s" % stage] = discovery_section(bench, stage)
        text = "# The simulated neuroendocrine tumour cohort through vigil\n" + "".join(
            "\n## %s\n\n%s\n" % section for section in sections.items())
        if keep:
            file.write_text(text)
    if not keep:
        print(text)


if __name__ == "__main__":
    main()
