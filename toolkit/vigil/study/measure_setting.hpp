// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/study/measure_rows.hpp"

#include <string>
#include <vector>

namespace vigil {

/// What rows of measures and of comparisons have in common.

[[nodiscard]] double standard_error_of(const measure::Estimate& estimate,
                                       const MeasuredTable& table);
/// Censoring weights as asked: by the table's model, by centre, or marginal.
[[nodiscard]] survival::CensoringWeights censoring_of(const MeasuredTable& table,
                                                      const MeasureOptions& options);
/// Horizons of one measure: tau where it needs none.
[[nodiscard]] std::vector<double> horizons_of(const measure::Entry& entry,
                                              const MeasureOptions& options);
[[nodiscard]] std::vector<double> thresholds_of(const measure::Entry& entry,
                                                const MeasureOptions& options);
/// The table with a prediction at a horizon and threshold; everything must outlive it.
[[nodiscard]] measure::Evaluation evaluation_of(const MeasuredTable& table,
                                                const Prediction& prediction,
                                                const survival::CensoringWeights& censoring,
                                                const MeasureOptions& options,
                                                double horizon);
/// Why nothing is measured at a horizon; empty: the follow-up supports it.
[[nodiscard]] std::string
unsupported_because(const MeasuredTable& table, const MeasureOptions& options, double horizon);

} // namespace vigil
