// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <optional>
#include <span>
#include <vector>

namespace vigil {

struct PredictionRequest {
  std::span<const double> horizons;
  bool curves = false; ///< risk at all event times too
};

/// subjects x horizons, one horizon after another: value[h * subjects + i], NaN = undefined.
struct RiskTable {
  std::vector<double> horizon, value;

  [[nodiscard]] Index subjects() const noexcept {
    return horizon.empty() ? 0 : size_of(value) / size_of(horizon);
  }
  [[nodiscard]] std::span<const double> at_horizon(Index number) const {
    return std::span<const double>(value).subspan(at(number * subjects()), at(subjects()));
  }
  [[nodiscard]] std::span<double> at_horizon(Index number) {
    return std::span<double>(value).subspan(at(number * subjects()), at(subjects()));
  }
};

/// An empty table (all NaN) for these subjects and horizons.
[[nodiscard]] RiskTable undefined_risk(Index subjects, std::span<const double> horizons);
/// Number of a horizon in a table; no_index when the table lacks it.
[[nodiscard]] Index find_horizon(const RiskTable& table, double horizon) noexcept;

struct Prediction {
  std::vector<double> score;             ///< higher = worse; order only
  RiskTable risk;                        ///< at the horizons asked for
  std::optional<RiskTable> lower, upper; ///< absent: the model has no interval
  std::optional<RiskTable> curves;       ///< at all event times, only on request
};

/// The prediction of the listed subjects, in that order.
[[nodiscard]] Prediction select_subjects(const Prediction& prediction,
                                         std::span<const Index> subjects);

} // namespace vigil
