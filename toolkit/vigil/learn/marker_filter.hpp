// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/training_data.hpp"

#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace vigil {

class Preparation;

/// By what a filter prefers some markers to others.
class MarkerRanking {
public:
  MarkerRanking() = default;
  MarkerRanking(const MarkerRanking&) = delete;
  MarkerRanking& operator=(const MarkerRanking&) = delete;
  MarkerRanking(MarkerRanking&&) = delete;
  MarkerRanking& operator=(MarkerRanking&&) = delete;
  virtual ~MarkerRanking() = default;

  /// As an option names it.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;

  /// For each weighting a value of every column, the larger the better; NaN: it has none. A value is a function of the
  /// column, the outcome and the clinical columns in the rows of positive weight, and of these weights alone.
  [[nodiscard]] virtual std::vector<std::vector<double>>
  values(const TrainingData& data,
         std::span<const CaseWeights> weightings,
         std::span<const Preparation> preparations,
         Scheduler& scheduler) const = 0;
};

/// The weighted variance of the filled marker in the raw unit (divisor W). It does not look at the outcome.
class VarianceRanking final : public MarkerRanking {
public:
  [[nodiscard]] std::string_view name() const noexcept override { return "variance"; }
  [[nodiscard]] std::vector<std::vector<double>> values(const TrainingData& data,
                                                        std::span<const CaseWeights> weightings,
                                                        std::span<const Preparation> preparations,
                                                        Scheduler& scheduler) const override;
};

/// Which markers a training set keeps: those of the `keep` largest values, of equal ones the smaller column.
///
/// candidates  markers that are penalized and that the preparation keeps; every other column stays as it is
/// no value    the marker is not kept, so that fewer than `keep` may be
/// checked by tests/unit/learn/marker_filter_test, tests/unit/select/score_ranking_test, tests/property/filter_test
struct MarkerFilter {
  Index keep = 0; ///< at most; 0: no filter
  std::shared_ptr<const MarkerRanking> ranking = {};

  [[nodiscard]] bool empty() const noexcept { return keep == 0; }
  /// Drops from each weighting's preparation the candidates that it does not keep.
  void apply(const TrainingData& data,
             std::span<const CaseWeights> weightings,
             std::span<Preparation> preparations,
             Scheduler& scheduler) const;
};

} // namespace vigil
