// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/survival_rows.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::forest {

/// What the events of other causes are where a split compares subjects.
enum class CompetingRule {
  cause_specific, ///< censorings
  gray,           ///< nothing: their subjects stay at risk to the end of their follow-up
  composite,      ///< events of their own weight
};

struct CompetingRuleName {
  CompetingRule rule;
  std::string_view name, source, use;
};

/// All of them, by the names that they have in options and records; the first is the default.
[[nodiscard]] std::span<const CompetingRuleName> competing_rule_table() noexcept;
[[nodiscard]] std::string_view name_of(CompetingRule rule);

/// What a forest of competing risks is asked for. Nothing of it has a meaning with one kind of event.
struct CauseOptions {
  std::string of_interest = {};           ///< number or name of the cause; empty: the first
  std::optional<CompetingRule> rule = {}; ///< none: cause_specific
  std::vector<double> weights = {};       ///< of composite, cause after cause; empty: 1 each

  [[nodiscard]] bool empty() const {
    return of_interest.empty() && !rule.has_value() && weights.empty();
  }
};

/// The rows of a fit with times to one event, or to the first of several: then events are those of any cause.
/// Throws ConfigError for an outcome without times, or options that it does not have.
[[nodiscard]] SurvivalRows forest_rows(const Outcome& outcome,
                                       const CaseWeights& weights,
                                       std::span<const Index> stratum,
                                       const CauseOptions& options);

/// Rows of competing risks as splits compare them, under the numbers that they have in the fit.
///
///   cause_specific  events are those of the cause of interest
///   gray            the same, and a subject with another cause is at risk to the end of its follow-up: the log-rank test of
///                   the subdistribution, whose risk sets are known where that end is
///   composite       every cause of positive weight w_c is an event that counts w_c (SurvivalNode)
///
/// source  Gray 1988, Ann. Stat. 16:1141 (with known ends: Fine, Gray 1999, J. Am. Stat. Assoc. 94:496, "censoring
///         complete"); Ishwaran et al. 2014, Biostatistics 15:757; checked by tests/unit/forest/compared_rows_test,
///         tests/reference/competing_forest_test
struct ComparedRows {
  SurvivalRows rows;
  std::vector<std::uint32_t> order = {}; ///< numbers of the rows by time; empty: ascending
};

/// rows: of forest_rows() with the same outcome and options. Throws ConfigError for gray where an end of follow-up is needed and
/// not known, or subjects enter late; for weights that are not one for each cause, or none above 0.
[[nodiscard]] ComparedRows compared_rows(const SurvivalRows& rows,
                                         const CompetingRisksOutcome& outcome,
                                         const CauseOptions& options);

} // namespace vigil::forest
