// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/training_data.hpp"

#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

class Preparation;

/// Where a training set cuts a column. rank: of the values up to it, counted from 0 among the candidates.
struct CutChoice {
  Index rank = no_index;
  double statistic = std::numeric_limits<double>::quiet_NaN();
  double p = std::numeric_limits<double>::quiet_NaN(); ///< adjusted for the cuts compared
  Index cuts = 0;                                      ///< compared
  std::string undefined_because = {};                  ///< empty: there is one
};

/// By what a training set prefers one cut to others.
class CutStatistic {
public:
  CutStatistic() = default;
  CutStatistic(const CutStatistic&) = delete;
  CutStatistic& operator=(const CutStatistic&) = delete;
  CutStatistic(CutStatistic&&) = delete;
  CutStatistic& operator=(CutStatistic&&) = delete;
  virtual ~CutStatistic() = default;

  /// As an option names it.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  /// Throws ConfigError where the outcome, or the weights, are none that it can be computed of.
  virtual void check(const TrainingData& data, const CaseWeights& weights) const = 0;
  /// rank: one number per subject in the order of the column's values; no_index: missing. The chosen rank is one of a subject
  /// of positive weight, and nothing is read of others.
  [[nodiscard]] virtual CutChoice choose(const TrainingData& data,
                                         const CaseWeights& weights,
                                         std::span<const Index> rank) const = 0;
};

/// Candidate cuts of one column among the columns of a training set: consecutive indicators "above the cut", cuts ascending.
struct CutCandidates {
  Index first = 0, count = 0;
};

/// Those of all columns that have some (FeatureInfo::cut), by column.
[[nodiscard]] std::vector<CutCandidates> cut_candidates(const Covariates& covariates);

/// How many of the cuts a subject is above: its rank among the column's values; no_index: missing. Candidates are clinical
/// columns.
[[nodiscard]] std::vector<Index> cut_ranks(const Covariates& covariates,
                                           const CutCandidates& candidates);

/// Which columns training sets cut in two, and how they choose where.
///
/// checked by tests/unit/learn/cut_choice_test, tests/property/filter_test
struct CutRule {
  std::vector<std::string> columns = {};
  std::shared_ptr<const CutStatistic> statistic = {};

  [[nodiscard]] bool empty() const noexcept { return columns.empty(); }
  /// Drops from each weighting's preparation every candidate but the one that its training set chooses; all, where it can
  /// choose none.
  void apply(const TrainingData& data,
             std::span<const CaseWeights> weightings,
             std::span<Preparation> preparations,
             Scheduler& scheduler) const;
};

/// Throws ConfigError for a name that is no column of numbers, and what the statistic's check() throws.
void check_cuts(const TrainingData& data, const CaseWeights& weights, const CutRule& rule);

} // namespace vigil
