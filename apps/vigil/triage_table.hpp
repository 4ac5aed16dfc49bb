// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/triage/rule.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace vigil::app {

/// What a triage decided on: a rule that states nothing (a standing rule), the risk of an event, or expected
/// quality-adjusted years.
enum class Estimand { rule, event_risk, qaly };
[[nodiscard]] std::string_view name_of(Estimand estimand) noexcept;

/// A triage.tsv of vigil or of anybody.
struct TriageTable {
  std::string file;
  std::vector<std::string> subject;
  std::vector<triage::Action> action;
  double horizon = 0.0; ///< NaN: none is stated
  Estimand estimand = Estimand::rule;
};

/// Reads subject and action; the horizon of a column `horizon` (one for all rows, or NA); the estimand of a column
/// `estimand` (event-risk, qaly), else event-risk where a column `risk` has a value, else rule. Throws InputError for
/// columns that lack, other words, or more than one horizon.
[[nodiscard]] TriageTable read_triage_table(const std::filesystem::path& file);

} // namespace vigil::app
