// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/feature_info.hpp"
#include "vigil/triage/rule.hpp"

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::triage {

enum class RuleComparison { equal, not_equal, less, less_or_equal, greater, greater_or_equal };

/// The answer to a question about values of which some are missing.
enum class Known { no, yes, unknown };

/// One comparison of an input, or of the rule's own score, with a number. Words are compared by their place among the
/// levels of the input.
struct RuleCondition {
  Index input = no_index; ///< no_index: the score
  RuleComparison comparison = RuleComparison::equal;
  double number = 0.0;
};

/// Conditions that must all hold, or of which one must. Without any: always.
struct RuleConditions {
  std::vector<RuleCondition> parts = {};
  bool any = false;
};

/// A value that the rule looks at.
struct RuleInput {
  std::string name = {};
  std::string unit = "1"; ///< "1": none
  std::string meaning = {};
  std::string column = {}; ///< of the cohort
  KnownAt known_at = KnownAt::baseline;
  std::vector<std::string> levels = {}; ///< of a word; empty: a number
};

/// Adds to the score where the conditions hold: a number, or a number for each unit of an input.
struct ScoreTerm {
  double add = 0.0;
  Index per = no_index;
  RuleConditions when = {};
};

/// What the rule says of those for whom the conditions hold.
struct RuleGroup {
  std::string name;
  RuleConditions when = {};
  std::optional<Action> action = {}; ///< none: the rule states no action
};

/// Who says what is to be done: the source itself, or who wrote the file.
enum class ActionSource { published, choice, none };
[[nodiscard]] std::string_view name_of(ActionSource source) noexcept;

/// A rule that stands in a paper or guideline, as data: docs/formats/rule.md.
struct StandingRule {
  std::string id = {}, title = {}, source = {}, note = {};
  ActionSource actions = ActionSource::none;
  std::vector<RuleInput> inputs = {};
  RuleConditions scope = {};
  std::vector<ScoreTerm> terms = {};  ///< empty: the rule has no score
  std::vector<RuleGroup> groups = {}; ///< the first that holds; the last holds always

  /// When the last of its inputs becomes known.
  [[nodiscard]] KnownAt known_at() const noexcept;
};

/// What a rule says of one subject.
struct StandingAnswer {
  Action action = Action::board;
  double score = std::numeric_limits<double>::quiet_NaN();
  std::string group = {};                ///< empty: none
  std::vector<std::string> reasons = {}; ///< of the board
  std::vector<std::string> missing = {}; ///< inputs that are missing and that the answer needs
};

/// Whether the conditions hold. A missing value makes a comparison unknown; `all` is no where one is no, `any` yes where
/// one is yes, else unknown where one is unknown: an answer never depends on a value that is not there.
[[nodiscard]] Known
holds(const RuleConditions& conditions, std::span<const double> values, double score);

/// Sum of the terms whose conditions hold; NaN where a condition is unknown, an input of `per` is missing, or the rule has
/// no terms.
[[nodiscard]] double rule_score(const StandingRule& rule, std::span<const double> values);

/// The answer of the rule for one subject.
///
/// values    one per input, NaN = missing; words as places among their levels
///   1. outside the scope of the rule               -> board, R10
///   2. scope, or the group, depends on what is missing  -> board, R08; no score, no group
///   3. first group that holds                      -> its action; board with R20 where it has none or says board
/// source    of each rule: its file. Missing values: Kleene 1952, Introduction to Metamathematics (three-valued logic)
/// checked by tests/unit/triage/standing_rules_test, tests/unit/study/rule_file_test
[[nodiscard]] StandingAnswer standing_answer(const StandingRule& rule,
                                             std::span<const double> values);

} // namespace vigil::triage
