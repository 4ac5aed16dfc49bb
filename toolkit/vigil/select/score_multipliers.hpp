// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/learn/learner.hpp"
#include "vigil/survival/efficient_score.hpp"

#include <span>
#include <vector>

namespace vigil::select {

/// Labels 0, 1, .. of rows that share a multiplier: those of a group, else each its own.
[[nodiscard]] std::vector<Index> multiplied_rows(const TrainingData& data,
                                                 std::span<const Index> subjects);
/// Labels of rows that permutations exchange: those of one centre and stratum.
[[nodiscard]] std::vector<Index> exchangeable_rows(const TrainingData& data,
                                                   std::span<const Index> subjects);
/// What the multiplier of each row is multiplied with: a row drawn twice counts as two rows with multipliers of their own, whose
/// sum has the deviation that 1 / sqrt(times) leaves it.
[[nodiscard]] std::vector<double> multiplier_weights(const CaseWeights& within,
                                                     std::span<const Index> subjects);
/// Number of labels.
[[nodiscard]] Index count_labels(std::span<const Index> label);
/// The rows of each label, shuffled: the row that comes to the place of each row.
[[nodiscard]] std::vector<Index> permuted_rows(std::span<const Index> label, const RandomKey& key);

/// Directions d of random multipliers g of the efficient scores: sum_i g_i u_i(x) = d'x for every column x.
///
/// label, weight  by row: rows of one label share a multiplier; a row's is multiplied with its weight
/// The score, label and weight must outlive this.
class ScoreMultipliers {
public:
  ScoreMultipliers(const survival::EfficientScore& score,
                   std::span<const Index> label,
                   std::span<const double> weight);

  [[nodiscard]] Index labels() const noexcept { return labels_; }
  /// One multiplier for each label.
  [[nodiscard]] std::vector<double> direction(std::span<const double> of_label) const;
  /// The same of standard normal multipliers.
  [[nodiscard]] std::vector<double> normal_direction(const RandomKey& key) const;
  /// c, with which the draws of a feature that is independent of everything have the variance of its score given the outcome
  ///   c^2 = sum_i (weight_i r_i)^2 / sum_l |direction(1 on label l, else 0)|^2
  /// Beyond most_exact labels the denominator is the mean over 512 directions of normal multipliers, at key / number.
  [[nodiscard]] double
  deviation(Index most_exact, const RandomKey& key, Scheduler& scheduler) const;

private:
  [[nodiscard]] std::vector<double> by_row(std::span<const double> of_label) const;

  const survival::EfficientScore& score_;
  std::span<const Index> label_;
  std::span<const double> weight_;
  Index labels_;
};

} // namespace vigil::select
