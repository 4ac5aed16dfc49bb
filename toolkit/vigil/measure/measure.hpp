// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"
#include "vigil/learn/prediction.hpp"
#include "vigil/survival/censoring_weights.hpp"

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::measure {

/// Risk by the horizon without covariates, estimated on the training set; reference of IPA.
struct NullRisk {
  double risk;
};

/// A prediction beside what happened. horizon: for measures at a time (also tau of concordance where finite).
struct Evaluation {
  const Prediction& prediction;
  const Outcome& outcome;
  const CaseWeights& weights;
  std::span<const Index> centre; ///< empty: pairs are formed over all subjects
  const survival::CensoringWeights& censoring;
  double horizon = std::numeric_limits<double>::infinity();
  double threshold = std::numeric_limits<double>::quiet_NaN();
  int cause = 1;
  const NullRisk* null = nullptr;
  std::span<const double> own_risk = {}; ///< risk by each subject's own time; empty: see the curves
};

/// A value and how it would move with each subject.
///
///   psi_i = n s_i d(value)/d(w_i),   w_i = times_i s_i, n = sum of times
///   sum of times_i psi_i = 0,   SE = sqrt(sum of times_i psi_i^2) / n  (divisor n)
///
/// With every subject once this is SE = sd(psi) / sqrt(n). Differences and poolings of estimates combine psi.
struct Estimate {
  double value = std::numeric_limits<double>::quiet_NaN();
  std::vector<double> influence = {}; ///< one per subject of the evaluation, 0 outside the support
  std::string undefined_because = {}; ///< empty: defined
};

/// sqrt(sum of times psi^2) / n over the support; NaN without influence values.
[[nodiscard]] double standard_error(const Estimate& estimate, const CaseWeights& weights);

/// Standard error where rows of one group depend on each other: several rows of a subject, clusters.
///
///   SE = sqrt(sum_g (sum_{i in g} times_i psi_i)^2) / n,   n = sum of times over rows
///
/// group      one level from 0 for each subject of the support
/// returns    standard_error(estimate, weights) where each row is a group of its own; NaN with fewer than two groups
/// limits     consistent in the number of groups, without a factor for few of them
/// source     Liang and Zeger 1986, Biometrika 73:13; checked by tests/unit/measure/group_test and
///            tests/reference/grouped_test
[[nodiscard]] double
standard_error(const Estimate& estimate, const CaseWeights& weights, std::span<const Index> group);
/// Number of groups with a subject of the support.
[[nodiscard]] Index groups_in(const CaseWeights& weights, std::span<const Index> group);

[[nodiscard]] Estimate undefined(std::string because);

enum class Better { higher, lower, nearer_one, nearer_zero };
/// Scale on which the normal interval is symmetric.
enum class IntervalScale { identity, logit, log };

/// How values of test folds are averaged: by number of events, by weight of the subjects (a mean over subjects:
/// the same as pooling the folds), by comparable pairs, or by cases times controls. Scores of different folds
/// come from different models, so that pairs across folds are never formed.
enum class FoldWeight { events, subjects, pairs, cases_by_controls };

struct Interval {
  double lower, upper;
};
[[nodiscard]] Interval normal_interval(double value, double se, double level, IntervalScale scale);

/// One row of the table of measures: the command line, reports, docs and property tests read it.
struct Entry {
  std::string_view name, formula, source, unit;
  Better better;
  IntervalScale scale;
  bool needs_horizon, needs_risk, needs_threshold;
  Estimate (*evaluate)(const Evaluation&);
  FoldWeight fold_weight = FoldWeight::events;
  bool in_every_study = false; ///< else only where it is asked for
  bool needs_own_risk = false; ///< risks by the subjects' own times
  bool by_bootstrap = false;   ///< no influence function, but an interval by resampling
};

[[nodiscard]] std::span<const Entry> table() noexcept;
/// Entry by name. Throws ConfigError with the nearest name.
[[nodiscard]] const Entry& find(std::string_view name);

} // namespace vigil::measure
