// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/cut_choice.hpp"

#include <string_view>

namespace vigil::select {

/// The maximally selected log-rank statistic of each training set, in the strata of the data (survival::selected_cut).
///
/// throws  ConfigError for an outcome that is not the time to one event, delayed entry, and sampling weights
/// checked by tests/unit/select/log_rank_cut_test
class LogRankCut final : public CutStatistic {
public:
  [[nodiscard]] std::string_view name() const noexcept override { return "maximally-selected"; }
  void check(const TrainingData& data, const CaseWeights& weights) const override;
  [[nodiscard]] CutChoice choose(const TrainingData& data,
                                 const CaseWeights& weights,
                                 std::span<const Index> rank) const override;
};

} // namespace vigil::select
