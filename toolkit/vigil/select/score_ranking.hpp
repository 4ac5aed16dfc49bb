// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/marker_filter.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil::select {

/// |z| of the efficient score test of each marker, adjusted for the unpenalized columns that the learner sees, in the
/// strata of the data: what `screen` tests, in the rows of each weighting.
///
/// no value  a marker without a test (constant, the same for all who are at risk together, collinear with the adjusted
///           columns); every marker where the null model is not defined (NullModel)
/// throws    ConfigError for an outcome that is not the time to one event
/// reads     the matrix once for all weightings
/// source    EfficientScore; checked by tests/unit/select/score_ranking_test
class ScoreRanking final : public MarkerRanking {
public:
  explicit ScoreRanking(std::string impute = "median",
                        survival::Ties ties = survival::Ties::breslow)
      : impute_(std::move(impute)), ties_(ties) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "score"; }
  [[nodiscard]] std::vector<std::vector<double>> values(const TrainingData& data,
                                                        std::span<const CaseWeights> weightings,
                                                        std::span<const Preparation> preparations,
                                                        Scheduler& scheduler) const override;

private:
  std::string impute_;
  survival::Ties ties_;
};

} // namespace vigil::select
