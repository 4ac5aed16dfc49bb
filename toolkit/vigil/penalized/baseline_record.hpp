// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/prediction.hpp"
#include "vigil/learn/record.hpp"
#include "vigil/survival/cox_risk.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// Baseline strata under the entry "baseline": stratum (levels), and in stratum order steps (counts), time,
/// cumulative_hazard, variance, mean.
void write_baseline(Record& record, std::span<const survival::CoxRisk::Stratum> strata);
[[nodiscard]] std::vector<survival::CoxRisk::Stratum> read_baseline(const Record& record);

/// 95th percentile of the training subjects' risk by time: at each event time the risk of the subject whose
/// linear predictor is the 95th percentile (with several strata: in the one of the largest hazard).
struct TrainingRisk {
  std::vector<double> time, risk;
};
[[nodiscard]] TrainingRisk training_risk_95(std::span<const double> linear_predictor,
                                            std::span<const double> weights,
                                            std::span<const survival::CoxRisk::Stratum> strata);

/// All event times of all strata, ascending and distinct.
[[nodiscard]] std::vector<double> event_times(std::span<const survival::CoxRisk::Stratum> strata);

} // namespace vigil::penalized
