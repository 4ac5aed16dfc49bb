// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/measure_table.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace vigil {

namespace {

std::string name_or(const std::string& given, const char* otherwise) {
  return given.empty() ? otherwise : given;
}

/// The columns `risk@t` of a table, with their horizons.
std::vector<std::pair<std::string, double>> risk_columns(const storage::DataFrame& table,
                                                         const PredictionColumns& columns) {
  std::vector<std::pair<std::string, double>> found;
  if (!columns.risk.empty()) {
    if (columns.risk.size() != columns.horizons.size()) {
      throw ConfigError({.where = "--risk and --horizons",
                         .found = number_text(size_of(columns.risk)) + " columns, " +
                                  number_text(size_of(columns.horizons)) + " horizons",
                         .expected = "one horizon for each column of risks",
                         .remedy = "name them in the same order"});
    }
    for (std::size_t number = 0; number < columns.risk.size(); ++number) {
      found.push_back({columns.risk[number], columns.horizons[number]});
    }
    return found;
  }
  for (const auto& name : table.column_names()) {
    const auto horizon = name.starts_with("risk@") ? parse_number(name.substr(5)) : std::nullopt;
    if (horizon) {
      found.push_back({name, *horizon});
    }
  }
  return found;
}

std::vector<std::uint8_t> codes(const storage::DataFrame& table, const std::string& name) {
  const auto values = table.numbers(name);
  std::vector<std::uint8_t> result;
  FaultList faults;
  for (std::size_t row = 0; row < values.size(); ++row) {
    const bool whole =
        values[row] >= 0.0 && values[row] <= 250.0 && values[row] == std::floor(values[row]);
    if (!whole) {
      faults.add(table.where(name) + ", " + table.row_name(static_cast<Index>(row)),
                 number_text(values[row]));
    }
    result.push_back(whole ? static_cast<std::uint8_t>(values[row]) : 0);
  }
  faults.raise_if_any("cannot use the events", "0 (censored), 1, 2, ..", "recode the column");
  return result;
}

Outcome outcome_of(const storage::DataFrame& table, const PredictionColumns& columns) {
  const auto time = name_or(columns.time, "time");
  Outcome outcome;
  if (columns.cause.empty()) {
    outcome =
        SurvivalOutcome{{}, table.numbers(time), codes(table, name_or(columns.event, "event"))};
  } else {
    auto cause = codes(table, columns.cause);
    const auto largest = *std::max_element(cause.begin(), cause.end());
    std::vector<std::string> names;
    for (int number = 1; number <= std::max<int>(largest, 1); ++number) {
      names.push_back("cause " + number_text(Index{number}));
    }
    outcome = CompetingRisksOutcome{{}, table.numbers(time), std::move(cause), std::move(names)};
  }
  check_outcome(outcome,
                table.index(),
                time,
                columns.cause.empty() ? name_or(columns.event, "event") : columns.cause);
  return outcome;
}

/// Groups of the rows; every row must have one.
Grouping group_of(const storage::DataFrame& table, const std::string& name) {
  const auto labels = table.texts(name);
  FaultList faults;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    if (labels[row].empty()) {
      faults.add(table.where(name) + ", " + table.row_name(static_cast<Index>(row)), "nothing");
    }
  }
  faults.raise_if_any("cannot group the rows",
                      "the group of each row",
                      "give a row that stands alone a name of its own");
  return make_grouping(labels);
}

/// Groups that the cohort was read with.
Grouping group_of(const Cohort& cohort, std::span<const Index> joined) {
  const Grouping& all = cohort.parts().group;
  Grouping group{.level = {}, .names = all.names};
  for (const Index subject : joined) {
    group.level.push_back(all.level[at(subject)]);
  }
  return group;
}

/// Sampling weights of the rows.
CaseWeights weights_of(const storage::DataFrame& table, const std::string& name) {
  auto ones = CaseWeights::ones(table.rows());
  if (name.empty()) {
    return ones;
  }
  auto weights = table.numbers(name);
  FaultList faults;
  for (std::size_t row = 0; row < weights.size(); ++row) {
    if (!std::isfinite(weights[row]) || weights[row] < 0.0) {
      faults.add(table.where(name) + ", " + table.row_name(static_cast<Index>(row)),
                 number_text(weights[row]));
    }
  }
  faults.raise_if_any("cannot weigh the rows",
                      "a finite number >= 0 in each row",
                      "correct the rows, or give those that are not to count the weight 0");
  return ones.with_sampling(std::move(weights));
}

/// Weights that the cohort was read with.
CaseWeights weights_of(const Cohort& cohort, std::span<const Index> joined) {
  const auto all = cohort.weights();
  std::vector<double> weights;
  weights.reserve(joined.size());
  for (const Index subject : joined) {
    weights.push_back(all.sampling(subject));
  }
  return CaseWeights::ones(size_of(joined)).with_sampling(std::move(weights));
}

/// A column of risks.
std::vector<double> risks_of(const storage::DataFrame& table, const std::string& name) {
  auto values = table.numbers(name);
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (values[row] < 0.0 || values[row] > 1.0) {
      throw InputError({.where = table.where(name) + ", " + table.row_name(static_cast<Index>(row)),
                        .found = number_text(values[row]),
                        .expected = "a risk from 0 to 1",
                        .remedy = "give risks, not percentages or survival probabilities"});
    }
  }
  return values;
}

} // namespace

std::vector<Index> join_subjects(const storage::DataFrame& table, const Cohort& cohort) {
  std::map<std::string_view, Index> place;
  for (Index subject = 0; subject < cohort.subjects(); ++subject) {
    place[cohort.subject_ids()[at(subject)]] = subject;
  }
  std::vector<Index> rows;
  FaultList faults;
  for (Index row = 0; row < table.rows(); ++row) {
    const auto found = place.find(table.index()[at(row)]);
    if (found == place.end()) {
      faults.add(table.source() + ", " + table.row_name(row),
                 "a subject that the cohort does not have");
    } else {
      rows.push_back(found->second);
    }
  }
  faults.raise_if_any("cannot join the outcome",
                      "the subject ids of the cohort",
                      "name the cohort that was predicted");
  return rows;
}

RiskTable read_risks(const storage::DataFrame& table,
                     std::span<const std::string> columns,
                     std::span<const double> horizons) {
  VIGIL_EXPECTS(columns.size() == horizons.size());
  RiskTable risk;
  for (std::size_t number = 0; number < columns.size(); ++number) {
    const auto values = risks_of(table, columns[number]);
    risk.horizon.push_back(horizons[number]);
    risk.value.insert(risk.value.end(), values.begin(), values.end());
  }
  return risk;
}

MeasuredTable read_predictions(const storage::DataFrame& table,
                               const PredictionColumns& columns,
                               const Cohort* cohort) {
  const auto joined = cohort == nullptr ? std::vector<Index>{} : join_subjects(table, *cohort);
  MeasuredTable result{.prediction = {},
                       .outcome = cohort == nullptr
                                      ? outcome_of(table, columns)
                                      : select_subjects(cohort->data().outcome, joined),
                       .weights = cohort == nullptr ? weights_of(table, columns.weight)
                                                    : weights_of(*cohort, joined),
                       .centre = {},
                       .subject_ids = table.index()};
  if (!columns.group.empty()) {
    result.group = cohort == nullptr ? group_of(table, columns.group) : group_of(*cohort, joined);
  }
  const auto risks = risk_columns(table, columns);
  const auto score = name_or(columns.score, "score");
  if (table.has(score) || risks.empty()) {
    result.prediction.score = table.numbers(score);
  } else {
    result.prediction.score = table.numbers(risks.back().first); // a risk orders the subjects too
  }
  std::vector<std::string> risk_names;
  std::vector<double> horizons;
  for (const auto& risk : risks) {
    risk_names.push_back(risk.first);
    horizons.push_back(risk.second);
  }
  result.prediction.risk = read_risks(table, risk_names, horizons);
  const auto own_risk = name_or(columns.own_risk, "own_risk");
  if (!columns.own_risk.empty() || table.has(own_risk)) {
    result.own_risk = risks_of(table, own_risk);
  }
  const auto centre = name_or(columns.centre, "centre");
  if (!columns.centre.empty() || table.has(centre)) {
    result.centre = make_grouping(table.texts(centre));
  }
  return result;
}

} // namespace vigil
