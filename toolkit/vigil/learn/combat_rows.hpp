// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/combat.hpp"
#include "vigil/learn/preparation.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vigil {

/// The training subjects of a Combat, their batches and covariates, and the estimates of one marker after another.
class CombatRows {
public:
  CombatRows(const TrainingData& data,
             const CaseWeights& weights,
             const CombatOptions& options,
             Scheduler& scheduler);

  [[nodiscard]] Index batches() const noexcept { return size_of(batch_name_); }
  [[nodiscard]] Index covariates() const noexcept { return size_of(covariate_); }
  /// Batches of at least two training subjects, in the order of the levels.
  [[nodiscard]] const std::vector<std::string>& batch_names() const noexcept { return batch_name_; }
  /// Of the covariates that vary and that neither the batch nor the others determine.
  [[nodiscard]] const std::vector<std::string>& covariate_names() const noexcept {
    return covariate_;
  }
  [[nodiscard]] const Preparation& covariate_rule() const noexcept { return covariate_rule_; }
  /// Covariates that vary and were left out.
  [[nodiscard]] const std::vector<std::string>& determined() const noexcept { return determined_; }

  /// Of a marker: centre a, scale s, effects b; by batch the mean and variance (divisor: subjects - 1) of z, and the
  /// number of subjects, drawn ones counted as often as drawn.
  struct Estimate {
    double centre = 0.0, scale = 0.0;
    std::vector<double> effect = {}, location = {}, variance = {}, count = {};
  };
  /// values: of all subjects, NaN = missing. Nothing: the marker has fewer than two values or no variation in a batch, or
  /// the covariates explain it.
  [[nodiscard]] std::optional<Estimate> estimate(std::span<const double> values) const;

private:
  struct Row {
    Index subject = 0, batch = 0;
    double weight = 0.0, draws = 0.0;
  };
  /// Sums over some of the rows that do not depend on the marker.
  struct Design {
    std::vector<double> weight = {}, draws = {};    ///< by batch
    std::vector<double> batch_mean = {}, mean = {}; ///< of the covariates, batches x covariates
    std::vector<double> inverse = {};               ///< of their sums of squares within batches
    double total = 0.0;
  };
  void find_rows(const TrainingData& data, const CaseWeights& weights);
  void find_covariates(const TrainingData& data,
                       const CaseWeights& weights,
                       const CombatOptions& options,
                       Scheduler& scheduler);
  void keep_covariates(std::span<const Index> kept);
  [[nodiscard]] Design design_of(std::span<const Row> rows) const;
  [[nodiscard]] std::vector<double> squares_within(std::span<const Row> rows,
                                                   const Design& design) const;
  /// Of the k-th covariate in a row.
  [[nodiscard]] double covariate(Index k, const Row& row) const {
    return covariate_value_[at(k * subjects_ + row.subject)];
  }
  [[nodiscard]] bool varies_in_batches(std::span<const Row> rows,
                                       std::span<const double> values) const;
  [[nodiscard]] std::optional<Estimate> estimate_in(std::span<const Row> rows,
                                                    const Design& design,
                                                    std::span<const double> values) const;

  Index subjects_;
  std::vector<Row> rows_;
  std::vector<std::string> batch_name_, covariate_, determined_;
  std::vector<double> covariate_value_; ///< prepared, covariates x subjects
  Preparation covariate_rule_{{}};
  Design design_; ///< of all rows
};

} // namespace vigil
