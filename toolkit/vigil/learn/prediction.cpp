// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/prediction.hpp"

#include <limits>

namespace vigil {

RiskTable undefined_risk(Index subjects, std::span<const double> horizons) {
  RiskTable table;
  table.horizon.assign(horizons.begin(), horizons.end());
  table.value.assign(at(subjects * size_of(horizons)), std::numeric_limits<double>::quiet_NaN());
  return table;
}

Index find_horizon(const RiskTable& table, double horizon) noexcept {
  for (Index number = 0; number < size_of(table.horizon); ++number) {
    if (table.horizon[at(number)] == horizon) {
      return number;
    }
  }
  return no_index;
}

namespace {

RiskTable select(const RiskTable& table, std::span<const Index> subjects) {
  RiskTable chosen = undefined_risk(size_of(subjects), table.horizon);
  for (Index number = 0; number < size_of(table.horizon); ++number) {
    const auto from = table.at_horizon(number);
    const auto target = chosen.at_horizon(number);
    for (Index place = 0; place < size_of(subjects); ++place) {
      target[at(place)] = from[at(subjects[at(place)])];
    }
  }
  return chosen;
}

std::optional<RiskTable> select(const std::optional<RiskTable>& table,
                                std::span<const Index> subjects) {
  return table ? std::optional<RiskTable>(select(*table, subjects)) : std::nullopt;
}

} // namespace

Prediction select_subjects(const Prediction& prediction, std::span<const Index> subjects) {
  Prediction chosen;
  for (const Index subject : subjects) {
    chosen.score.push_back(prediction.score[at(subject)]);
  }
  chosen.risk = select(prediction.risk, subjects);
  chosen.lower = select(prediction.lower, subjects);
  chosen.upper = select(prediction.upper, subjects);
  chosen.curves = select(prediction.curves, subjects);
  return chosen;
}

} // namespace vigil
