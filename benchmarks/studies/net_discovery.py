# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
"""What of the planted features of a simulated neuroendocrine tumour cohort a method selects: reads the truth file and the
tables of vigil, counts, and means over cohorts. net_default.py runs the methods."""
import csv
import json
import math

import h5py
import numpy

BLOCK_WIDTH = 50
PLANTED_KINDS = ("metastatic", "growth", "subtype")
CLINICAL_KINDS = ("proliferation", "size", "age")


class Truth:
    """The feature truth set: role of each feature, kind of each block."""

    def __init__(self, names, roles, kinds):
        self.index = {name: place for place, name in enumerate(names)}
        self.roles = numpy.array(roles)
        self.block_kinds = numpy.array(kinds)
        self.blocks = numpy.arange(len(names)) // BLOCK_WIDTH
        self.kinds = self.block_kinds[self.blocks]

    @staticmethod
    def read(file):
        with h5py.File(file) as truth:
            features = truth["features"]
            role_names = [name.decode() for name in features["role_names"][:]]
            return Truth([name.decode() for name in features["name"][:]], [role_names[code] for code in features["role"][:]],
                         [kind.decode() for kind in features["block_kind"][:]])

    def counts(self, selected):
        """Counts of one selection, a list of names; what is no molecular feature (a clinical column) is left out.

        A feature is planted where its role is direct or subtype. Recall is the share of the planted features of a kind.
        Three shares of false discoveries, each 0 where nothing is selected:
          feature  not planted; weak features of planted blocks count neither way (nor in the denominator)
          block    in no planted block
          noise    batch trap or null: correlates of clinical columns are no error
        """
        chosen = numpy.zeros(len(self.roles), dtype=bool)
        chosen[[self.index[name] for name in selected if name in self.index]] = True
        planted = numpy.isin(self.roles, ("direct", "subtype"))
        counted = chosen & (self.roles != "weak")
        result = {"selected": float(chosen.sum()),
                  "false_feature": share(counted & ~planted, counted),
                  "false_block": share(chosen & ~numpy.isin(self.kinds, PLANTED_KINDS), chosen),
                  "false_noise": share(chosen & numpy.isin(self.kinds, ("trap", "null")), chosen)}
        for kind in PLANTED_KINDS:
            result["recall_" + kind] = share(chosen & planted & (self.kinds == kind), planted & (self.kinds == kind))
        for kind in ("trap", "null"):
            result["share_" + kind] = share(chosen & (self.kinds == kind), self.kinds == kind)
        result["share_clinical"] = share(chosen & numpy.isin(self.kinds, CLINICAL_KINDS), numpy.isin(self.kinds, CLINICAL_KINDS))
        result.update(self.block_counts(set(self.blocks[chosen])))
        return result

    def block_counts(self, hit):
        """Of blocks, given by number: share of each kind that is hit, and share of those hit that are trap or null."""
        result = {"blocks": float(len(hit))}
        chosen = numpy.zeros(len(self.block_kinds), dtype=bool)
        chosen[list(hit)] = True
        for kind in PLANTED_KINDS + ("trap", "null"):
            result["blocks_" + kind] = share(chosen & (self.block_kinds == kind), self.block_kinds == kind)
        clinical = numpy.isin(self.block_kinds, CLINICAL_KINDS)
        result["blocks_clinical"] = share(chosen & clinical, clinical)
        result["blocks_false"] = share(chosen & ~numpy.isin(self.block_kinds, PLANTED_KINDS), chosen)
        result["blocks_noise"] = share(chosen & numpy.isin(self.block_kinds, ("trap", "null")), chosen)
        return result


def share(part, whole):
    return float(part.sum()) / float(whole.sum()) if whole.any() else 0.0


def read_table(file):
    with open(file, newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def number(text):
    return math.nan if text == "NA" else float(text)


def benjamini_hochberg(names, p, level):
    """Names that Benjamini and Hochberg's procedure selects."""
    p = numpy.asarray(p)
    order = numpy.argsort(p, kind="stable")
    below = numpy.nonzero(p[order] <= level * numpy.arange(1, len(p) + 1) / len(p))[0]
    return [names[place] for place in order[:below[-1] + 1]] if len(below) else []


def screen_selections(folder, level, first):
    rows = read_table(folder / "screen.tsv")
    chosen = {"screen, BH": [row["feature"] for row in rows if number(row["bh"]) <= level],
              "screen, maxT": [row["feature"] for row in rows if number(row["maxt"]) <= level]}
    chosen["screen, first %d by abs z" % first] = [row["feature"] for row in rows[:first]]
    return chosen


def stability_selections(folder, name):
    return {name: [row["feature"] for row in read_table(folder / "stability.tsv") if row["selected"] == "1"]}


def stability_blocks(folder):
    return {int(row["cluster"]) for row in read_table(folder / "clusters.tsv") if row["selected"] == "1"}


def cv_selections(folder, name):
    summary = json.loads((folder / "summary.json").read_text())
    rows = read_table(folder / "coefficients.tsv")
    return {"%s, lambda_%s" % (name, which): [row["feature"] for row in rows if float(row["lambda"]) == summary["lambda_" + which]]
            for which in ("min", "1se")}


def forest_selections(folder, level, first, features):
    """By the p-values of shadows, and the first ones by permutation; `features`: names that count, clinical columns do not."""
    kinds = {}
    for row in read_table(folder / "importance.tsv"):
        if row["feature"] in features:
            kinds.setdefault(row["kind"], []).append((row["feature"], number(row["importance"]), number(row["p"])))
    tested = [row for row in kinds["shadow"] if not math.isnan(row[2])]
    chosen = {"forest, shadow, BH": benjamini_hochberg([row[0] for row in tested], [row[2] for row in tested], level)}
    ranked = sorted(kinds["permutation"], key=lambda row: -row[1])
    chosen["forest, first %d by permutation" % first] = [row[0] for row in ranked[:first] if row[1] > 0.0]
    return chosen


def mean_text(values, digits=2, scale=1.0):
    """Mean and its standard error."""
    values = scale * numpy.asarray(values, dtype=float)
    if len(values) < 2:
        return "%.*f" % (digits, values.mean())
    return "%.*f (%.*f)" % (digits, values.mean(), digits, values.std(ddof=1) / math.sqrt(len(values)))
