// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/rule_file.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/subject_filter.hpp"
#include "vigil/study/toml_file.hpp"

#include <algorithm>
#include <cmath>

namespace vigil {

namespace {

using triage::RuleConditions;
using triage::StandingRule;

const std::vector<std::string> action_words{"observe", "board", "resect"};

std::string required(const Options& section, const char* key, const char* expected) {
  const auto text = section.text(key);
  if (!text || trim(*text).empty()) {
    section.refuse(key, expected, "write " + std::string(key) + " = \"...\"");
  }
  return *text;
}

std::optional<Index> place_of(std::span<const std::string> names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? std::optional<Index>{} : found - names.begin();
}

std::vector<std::string> input_names(const StandingRule& rule) {
  std::vector<std::string> names;
  for (const auto& input : rule.inputs) {
    names.push_back(input.name);
  }
  return names;
}

triage::RuleInput read_input(const Options& section, const StandingRule& rule) {
  triage::RuleInput input;
  input.name = required(section, "name", "the name of the input");
  const auto names = input_names(rule);
  if (input.name == "score" || place_of(names, input.name)) {
    section.refuse("name", "a name that no other input has, and that is not 'score'");
  }
  const std::string moment =
      required(section, "known_at", "baseline, imaging, biopsy, operative, pathology or followup");
  const auto known_at = parse_known_at(moment);
  if (!known_at) {
    section.refuse("known_at", "baseline, imaging, biopsy, operative, pathology or followup");
  }
  input.known_at = *known_at;
  input.unit = section.text("unit").value_or("1");
  input.meaning = section.text("meaning").value_or("");
  input.column = section.text("column").value_or(input.name);
  input.levels = section.whole_texts("levels");
  auto sorted = input.levels;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end() ||
      input.levels.size() == 1) {
    section.refuse("levels", "two or more different words");
  }
  section.refuse_unknown();
  return input;
}

/// Whose conditions may look at the score.
enum class MayUse { inputs, inputs_and_score };

triage::RuleCondition read_condition(const Options& section,
                                     const char* key,
                                     const std::string& text,
                                     const StandingRule& rule,
                                     MayUse may_use) {
  const auto parsed = [&]() -> storage::SubjectFilter {
    try {
      return storage::parse_filter(text);
    } catch (const ConfigError&) {
      section.refuse(key,
                     "conditions such as \"size > 20\"",
                     "write an input, one of = != < <= > >=, and a value");
    }
  }();
  triage::RuleCondition condition{.comparison =
                                      static_cast<triage::RuleComparison>(parsed.comparison)};
  const bool of_score =
      parsed.column == "score" && may_use == MayUse::inputs_and_score && !rule.terms.empty();
  const auto names = input_names(rule);
  const auto place = place_of(names, parsed.column);
  if (!of_score && !place) {
    section.refuse(key,
                   "conditions on inputs of the rule" +
                       std::string(rule.terms.empty() ? "" : ", or in a group on the score"),
                   "declare " + vigil::quoted(parsed.column) + " as an [[input]]; " +
                       suggestion(parsed.column, names));
  }
  if (place) {
    condition.input = *place;
    const auto& levels = rule.inputs[at(*place)].levels;
    if (!levels.empty()) {
      const auto level = place_of(levels, parsed.value);
      const bool equality = parsed.comparison == storage::Comparison::equal ||
                            parsed.comparison == storage::Comparison::not_equal;
      if (!level || !equality) {
        section.refuse(key, "= or != and one of " + join(levels, ", "));
      }
      condition.number = static_cast<double>(*level);
      return condition;
    }
  }
  const auto number = parse_number(parsed.value);
  if (!number || !std::isfinite(*number)) {
    section.refuse(
        key, "a finite number behind the comparison", "give the input levels where it is a word");
  }
  condition.number = *number;
  return condition;
}

RuleConditions read_conditions(const Options& section, const StandingRule& rule, MayUse may_use) {
  if (section.has("when") && section.has("any")) {
    section.refuse("any", "either when (all must hold) or any (one must)");
  }
  RuleConditions conditions{.parts = {}, .any = section.has("any")};
  const char* key = conditions.any ? "any" : "when";
  if (!section.has(key)) {
    return conditions;
  }
  for (const auto& text : section.whole_texts(key)) {
    conditions.parts.push_back(read_condition(section, key, text, rule, may_use));
  }
  if (conditions.parts.empty()) {
    section.refuse(key, "at least one condition", "leave the key out: then it holds always");
  }
  return conditions;
}

triage::ScoreTerm read_term(const Options& section, const StandingRule& rule) {
  triage::ScoreTerm term;
  const auto add = section.number("add"), ratio = section.number("hazard_ratio");
  if (add.has_value() == ratio.has_value()) {
    section.refuse(add ? "hazard_ratio" : "add", "either add or hazard_ratio");
  }
  if (add && !std::isfinite(*add)) {
    section.refuse("add", "a finite number");
  }
  if (ratio && !(std::isfinite(*ratio) && *ratio > 0.0)) {
    section.refuse("hazard_ratio", "a finite number above 0: its logarithm is added");
  }
  term.add = add ? *add : std::log(*ratio);
  if (const auto per = section.text("per")) {
    const auto names = input_names(rule);
    const auto place = place_of(names, *per);
    if (!place || !rule.inputs[at(*place)].levels.empty()) {
      section.refuse("per", "an input that is a number", suggestion(*per, names));
    }
    term.per = *place;
  }
  term.when = read_conditions(section, rule, MayUse::inputs);
  section.refuse_unknown();
  return term;
}

triage::RuleGroup read_group(const Options& section, const StandingRule& rule) {
  triage::RuleGroup group{.name = required(section, "name", "the name of the group")};
  group.when = read_conditions(section, rule, MayUse::inputs_and_score);
  if (section.has("action")) {
    if (rule.actions == triage::ActionSource::none) {
      section.refuse("action", "no action: the rule says actions = \"none\"");
    }
    const auto word = section.choice("action", action_words, "");
    group.action = static_cast<triage::Action>(*place_of(action_words, word));
  } else if (rule.actions != triage::ActionSource::none) {
    section.refuse("action", "observe, board or resect");
  }
  section.refuse_unknown();
  return group;
}

void read_groups(const std::vector<Options>& sections, StandingRule& rule) {
  for (const auto& section : sections) {
    if (!rule.groups.empty() && rule.groups.back().when.parts.empty()) {
      section.refuse(
          "name", "no group behind one that holds always", "give the group before it a condition");
    }
    rule.groups.push_back(read_group(section, rule));
  }
  if (!rule.groups.back().when.parts.empty()) {
    sections.back().refuse("when",
                           "no condition on the last group: it holds for all that are left");
  }
}

std::vector<double> example_values(const Options& section, const StandingRule& rule) {
  std::vector<double> values(rule.inputs.size(), std::numeric_limits<double>::quiet_NaN());
  const auto names = input_names(rule);
  for (const auto& [name, texts] : section.table("given")) {
    const auto place = place_of(names, name);
    const std::string text = texts.size() == 1 ? texts.front() : "";
    if (!place || text.empty()) {
      section.refuse("given", "one value for inputs of the rule", suggestion(name, names));
    }
    const auto& levels = rule.inputs[at(*place)].levels;
    const auto level = place_of(levels, text);
    const auto number = levels.empty() ? parse_number(text)
                        : level        ? std::optional(static_cast<double>(*level))
                                       : std::nullopt;
    if (!number || !std::isfinite(*number)) {
      section.refuse("given", "finite numbers, or the levels of an input");
    }
    values[at(*place)] = *number;
  }
  return values;
}

void check_example(const Options& section, const StandingRule& rule) {
  const auto answer = triage::standing_answer(rule, example_values(section, rule));
  const auto expect = [&](const char* key, bool same, const std::string& found) {
    if (!same) {
      section.refuse(key,
                     "what the rule says: " + (found.empty() ? "none" : found),
                     "correct the example or the rule");
    }
  };
  const std::string action(triage::name_of(answer.action));
  expect("action", section.text("action").value_or("") == action, vigil::quoted(action));
  if (const auto score = section.number("score")) {
    constexpr double written_digits = 1e-9;
    expect("score",
           std::fabs(*score - answer.score) <= written_digits * std::max(1.0, std::fabs(*score)),
           number_text(answer.score));
  }
  expect("group", section.text("group").value_or("") == answer.group, vigil::quoted(answer.group));
  const std::string reason = join(answer.reasons, ";");
  expect("reason", section.text("reason").value_or("") == reason, vigil::quoted(reason));
  section.refuse_unknown();
}

} // namespace

triage::StandingRule read_rule(const std::filesystem::path& path) {
  constexpr Index schema = 1;
  const TomlFile file(path,
                      {.problem = "cannot use the rule file",
                       .what = "a rule file (TOML)",
                       .help = "docs/formats/rule.md shows a whole rule"});
  file.check_top_level({"schema",
                        "id",
                        "title",
                        "source",
                        "note",
                        "actions",
                        "scope",
                        "input",
                        "term",
                        "group",
                        "example"},
                       schema);
  const Options top = file.top();
  StandingRule rule;
  rule.id = required(top, "id", "a short name");
  rule.title = required(top, "title", "what the rule is called");
  rule.source = required(top, "source", "where the rule is published, or that it is a choice");
  rule.note = top.text("note").value_or("");
  const std::vector<std::string> sources{"published", "choice", "none"};
  required(top, "actions", "published, choice or none");
  rule.actions =
      static_cast<triage::ActionSource>(*place_of(sources, top.choice("actions", sources, "none")));
  for (const auto& section : file.sections("input")) {
    rule.inputs.push_back(read_input(section, rule));
  }
  const Options scope = file.section("scope");
  rule.scope = read_conditions(scope, rule, MayUse::inputs);
  scope.refuse_unknown();
  for (const auto& section : file.sections("term")) {
    rule.terms.push_back(read_term(section, rule));
  }
  const auto groups = file.sections("group"), examples = file.sections("example");
  if (groups.empty()) {
    top.refuse("group", "at least one [[group]]", "write [[group]] with a name");
  }
  if (examples.empty()) {
    top.refuse("example",
               "at least one [[example]]",
               "write [[example]] with given and action: it is computed on reading");
  }
  read_groups(groups, rule);
  for (const auto& section : examples) {
    check_example(section, rule);
  }
  return rule;
}

} // namespace vigil
