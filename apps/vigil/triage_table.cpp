// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/triage_table.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/table_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace vigil::app {

namespace {

constexpr std::array<std::string_view, 3> estimand_names{"rule", "event-risk", "qaly"};

std::vector<triage::Action> read_actions(const storage::DataFrame& table) {
  std::vector<triage::Action> actions;
  FaultList unknown;
  const auto words = table.texts("action");
  for (Index row = 0; row < table.rows(); ++row) {
    const std::string& word = words[at(row)];
    bool known = false;
    for (const auto action :
         {triage::Action::observe, triage::Action::board, triage::Action::resect}) {
      if (word == triage::name_of(action)) {
        actions.push_back(action);
        known = true;
      }
    }
    if (!known) {
      unknown.add(table.where("action") + ", " + table.row_name(row),
                  word.empty() ? "nothing" : vigil::quoted(word));
    }
  }
  unknown.raise_if_any("cannot read the actions",
                       "observe, board or resect",
                       "write one of the three words, whatever the labels of the study");
  return actions;
}

double read_horizon(const storage::DataFrame& table) {
  double horizon = std::numeric_limits<double>::quiet_NaN();
  if (!table.has("horizon")) {
    return horizon;
  }
  const auto values = table.numbers("horizon");
  for (const double value : values) {
    const bool same = value == values.front() || (std::isnan(value) && std::isnan(values.front()));
    if (!same) {
      throw InputError({.where = table.where("horizon"),
                        .found = number_text(values.front()) + " and " + number_text(value),
                        .expected = "one horizon for all subjects",
                        .remedy = "score the decisions of each horizon apart",
                        .problem = "cannot score a triage of several horizons"});
    }
  }
  return values.empty() ? horizon : values.front();
}

Estimand read_estimand(const storage::DataFrame& table) {
  if (table.has("estimand")) {
    const auto words = table.texts("estimand");
    const bool same = std::all_of(
        words.begin(), words.end(), [&](const auto& word) { return word == words.front(); });
    for (std::size_t place = 0; same && !words.empty() && place < estimand_names.size(); ++place) {
      if (words.front() == estimand_names.at(place)) {
        return static_cast<Estimand>(place);
      }
    }
    throw InputError({.where = table.where("estimand"),
                      .found = !same ? "several words" : vigil::quoted(words.front()),
                      .expected = "rule, event-risk or qaly in every row",
                      .remedy = "leave the column out: then a known risk means event-risk",
                      .problem = "cannot tell what the triage decided on"});
  }
  if (table.has("risk")) {
    const auto risk = table.numbers("risk");
    if (std::any_of(risk.begin(), risk.end(), [](double value) { return !std::isnan(value); })) {
      return Estimand::event_risk;
    }
  }
  return Estimand::rule;
}

} // namespace

std::string_view name_of(Estimand estimand) noexcept {
  return estimand_names.at(static_cast<std::size_t>(estimand));
}

TriageTable read_triage_table(const std::filesystem::path& file) {
  const auto table = storage::read_table(file, {.column = "subject"});
  return {.file = file.filename().string(),
          .subject = table.index(),
          .action = read_actions(table),
          .horizon = read_horizon(table),
          .estimand = read_estimand(table)};
}

} // namespace vigil::app
