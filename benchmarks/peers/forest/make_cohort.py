#!/usr/bin/env python3
# SPDX-FileCopyrightText: vigil authors
# SPDX-License-Identifier: Apache-2.0
"""make_cohort.py SUBJECTS FEATURES PREFIX [--seed 1]: the cohorts that forests are timed on.

From 1,000 features on: modules of 50, correlation 0.6 within, the first feature of five modules active; fewer: blocks of
10, correlation 0.3, ten active features. Besides linear effects a product, a step and an absolute value. Weibull event times
of shape 1.3 in days, rounded up; exponential censoring scaled so that 60 % are censored, the end of the study at 3,650 days.
Writes raw doubles: PREFIX.x (feature after feature), PREFIX.t, PREFIX.s. Needs numpy.
"""
import argparse

import numpy

CENSORED, END = 0.6, 3650.0


def draw_features(draw, subjects, features):
    many = features >= 1000
    block, correlation = (50, 0.6) if many else (10, 0.3)
    values = draw.standard_normal((features, subjects))
    for first in range(0, features - block + 1, block):
        values[first:first + block] *= numpy.sqrt(1 - correlation)
        values[first:first + block] += numpy.sqrt(correlation) * draw.standard_normal(subjects)
    if many:
        active, effects = [50 * k for k in range(5)], [1.0, -0.9, 0.8, -0.7, 0.6]
    else:
        active = [round(k) for k in numpy.linspace(0, features - 1, 10)]
        effects = [0.6, -0.5, 0.4, -0.3, 0.2] * 2
    x = values[active]
    log_hazard = numpy.asarray(effects) @ x + 0.4 * x[0] * x[1] + 0.4 * (x[2] > 0.5) - 0.4 * numpy.abs(x[3])
    return values, log_hazard - log_hazard.mean()


def censor(draw, event_time):
    """Times and events; the scale of the censoring times by bisection of its logarithm."""
    unit = draw.exponential(1.0, len(event_time))
    low, high = 1e-3, 1e9
    for _ in range(100):
        middle = numpy.sqrt(low * high)
        censoring = numpy.minimum(middle * unit, END)
        if (censoring < event_time).mean() > CENSORED:
            low = middle
        else:
            high = middle
    return numpy.maximum(1.0, numpy.ceil(numpy.minimum(event_time, censoring))), event_time <= censoring


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("subjects", type=int)
    parser.add_argument("features", type=int)
    parser.add_argument("prefix")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    draw = numpy.random.default_rng(options.seed)
    values, log_hazard = draw_features(draw, options.subjects, options.features)
    event_time = 1500.0 * (draw.exponential(1.0, options.subjects) * numpy.exp(-log_hazard)) ** (1 / 1.3)
    time, event = censor(draw, event_time)
    values.astype(numpy.float32).astype("float64").tofile(options.prefix + ".x")
    time.tofile(options.prefix + ".t")
    event.astype("float64").tofile(options.prefix + ".s")


if __name__ == "__main__":
    main()
