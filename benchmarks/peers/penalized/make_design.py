#!/usr/bin/env python3
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
"""make_design.py SUBJECTS FEATURES COHORT.h5ad [--seed 1]: the survival cohorts that penalized paths are timed on.

Blocks of 50 features, AR(1) within a block with rho ~ U(0.5, 0.8) for each block, scale ~ U(0.5, 2) for each feature,
shift ~ U(-3, 3); 20 effects of 0.25 to 0.6 per SD, either sign; exponential event times, exponential censoring scaled
so that 60 % are censored. Stored as float32. Needs numpy and h5py (Debian: python3-numpy, python3-h5py).
"""
import argparse

import h5py
import numpy

BLOCK, EFFECTS, CENSORED = 50, 20, 0.6


def draw_features(draw, subjects, features, effects):
    """The stored features, one row each, and the log hazard of every subject."""
    stored = numpy.empty((features, subjects), dtype=numpy.float32)
    log_hazard = numpy.zeros(subjects)
    for first in range(0, features, BLOCK):
        count = min(BLOCK, features - first)
        rho = draw.uniform(0.5, 0.8)
        block = draw.standard_normal((count, subjects))
        for feature in range(1, count):
            block[feature] = rho * block[feature - 1] + numpy.sqrt(1 - rho * rho) * block[feature]
        block *= draw.uniform(0.5, 2.0, (count, 1))
        block += draw.uniform(-3, 3, (count, 1))
        for feature, effect in effects:
            if first <= feature < first + count:
                values = block[feature - first]
                log_hazard += effect * (values - values.mean()) / values.std()
        stored[first:first + count] = block
    return stored, log_hazard


def draw_outcome(draw, log_hazard):
    """Time and event; the scale of the censoring times is found by bisection of its logarithm."""
    event_time = draw.exponential(1.0, len(log_hazard)) * numpy.exp(-log_hazard)
    censoring = draw.exponential(1.0, len(log_hazard))
    low, high = 1e-6, 1e6
    for _ in range(80):
        middle = numpy.sqrt(low * high)
        if (event_time > censoring * middle).mean() > CENSORED:
            low = middle
        else:
            high = middle
    censoring = censoring * middle
    return numpy.minimum(event_time, censoring), event_time <= censoring


def write_frame(file, name, index, columns):
    frame = file.create_group(name)
    frame.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
    frame.attrs.create("column-order", list(columns), dtype=h5py.string_dtype())
    names = frame.create_dataset("_index", data=index, dtype=h5py.string_dtype())
    names.attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})
    for column, values in columns.items():
        frame.create_dataset(column, data=values).attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("subjects", type=int)
    parser.add_argument("features", type=int)
    parser.add_argument("cohort")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = numpy.random.default_rng(options.seed)
    places = numpy.sort(draw.choice(options.features, EFFECTS, replace=False))
    sizes = draw.uniform(0.25, 0.6, EFFECTS) * draw.choice([-1.0, 1.0], EFFECTS)
    stored, log_hazard = draw_features(draw, options.subjects, options.features, list(zip(places, sizes)))
    time, event = draw_outcome(draw, log_hazard)
    with h5py.File(options.cohort, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        file.create_dataset("X", data=stored.T).attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
        write_frame(file, "obs", ["S%d" % (i + 1) for i in range(options.subjects)],
                    {"time": time, "event": event.astype("int64")})
        write_frame(file, "var", ["F%d" % (j + 1) for j in range(options.features)], {})


if __name__ == "__main__":
    main()
