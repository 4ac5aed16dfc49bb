// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/prediction_table.hpp"

#include "vigil/base/text.hpp"

#include <utility>
#include <variant>

namespace vigil::app {

namespace {

void add_risks(const char* name,
               const RiskTable& table,
               std::vector<storage::TableColumn>& columns) {
  for (Index horizon = 0; horizon < size_of(table.horizon); ++horizon) {
    const auto values = table.at_horizon(horizon);
    columns.push_back({std::string(name) + "@" + number_text(table.horizon[at(horizon)]),
                       std::vector<double>(values.begin(), values.end())});
  }
}

/// An outcome that is no time.
void add_values(const Cohort& cohort, std::vector<storage::TableColumn>& columns) {
  if (!cohort.has_outcome()) {
    return;
  }
  if (const auto* binary = std::get_if<BinaryOutcome>(&*cohort.parts().outcome)) {
    columns.push_back({"outcome", std::vector<Index>(binary->label.begin(), binary->label.end())});
  }
  if (const auto* continuous = std::get_if<ContinuousOutcome>(&*cohort.parts().outcome)) {
    columns.push_back({"outcome", continuous->value});
  }
}

} // namespace

std::vector<storage::TableColumn> prediction_columns(const Cohort& cohort,
                                                     const Prediction& prediction) {
  const auto ids = cohort.subject_ids();
  std::vector<storage::TableColumn> columns{
      {"subject", std::vector<std::string>(ids.begin(), ids.end())}};
  if (cohort.has_outcome()) {
    if (const auto* survival = std::get_if<SurvivalOutcome>(&*cohort.parts().outcome)) {
      columns.push_back({"time", survival->time});
      columns.push_back(
          {"event", std::vector<Index>(survival->event.begin(), survival->event.end())});
    }
    if (const auto* competing = std::get_if<CompetingRisksOutcome>(&*cohort.parts().outcome)) {
      columns.push_back({"time", competing->time});
      columns.push_back(
          {"event", std::vector<Index>(competing->cause.begin(), competing->cause.end())});
    }
  }
  add_values(cohort, columns);
  const auto& centre = cohort.parts().centre;
  if (!centre.empty()) {
    std::vector<std::string> names;
    for (const Index level : centre.level) {
      names.push_back(level == no_index ? "" : centre.names[at(level)]);
    }
    columns.push_back({"centre", std::move(names)});
  }
  columns.push_back({"score", prediction.score});
  add_risks("risk", prediction.risk, columns);
  if (prediction.lower && prediction.upper) {
    add_risks("lower", *prediction.lower, columns);
    add_risks("upper", *prediction.upper, columns);
  }
  return columns;
}

} // namespace vigil::app
