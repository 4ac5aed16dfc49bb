// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/standing_triage.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/clinical_columns.hpp"
#include "vigil/storage/cohort_source.hpp"
#include "vigil/storage/subject_filter.hpp"

#include <algorithm>
#include <array>

namespace vigil {

namespace {

storage::DataFrame kept_subjects(storage::DataFrame frame,
                                 const std::vector<std::string>& conditions) {
  for (const auto& text : conditions) {
    const auto good = storage::meets(frame, storage::parse_filter(text));
    std::vector<Index> kept;
    for (Index row = 0; row < frame.rows(); ++row) {
      if (good[at(row)]) {
        kept.push_back(row);
      }
    }
    frame = frame.select(kept);
  }
  if (frame.rows() == 0) {
    throw InputError({.where = frame.source(),
                      .found = "no subjects",
                      .expected = "at least one that meets all conditions",
                      .remedy = "check the conditions of --subjects",
                      .problem = "there is nobody to decide on"});
  }
  return frame;
}

/// Places of words among the levels; an empty text is missing.
std::vector<double> level_places(const storage::DataFrame& frame,
                                 const std::string& column,
                                 const std::vector<std::string>& levels) {
  std::vector<double> places;
  FaultList unknown;
  const auto words = frame.texts(column);
  for (Index row = 0; row < frame.rows(); ++row) {
    const auto found = std::find(levels.begin(), levels.end(), words[at(row)]);
    places.push_back(found == levels.end() ? std::numeric_limits<double>::quiet_NaN()
                                           : static_cast<double>(found - levels.begin()));
    if (found == levels.end() && !words[at(row)].empty()) {
      unknown.add(frame.where(column) + ", " + frame.row_name(row), vigil::quoted(words[at(row)]));
    }
  }
  unknown.raise_if_any("the rule does not know these words",
                       join(levels, ", "),
                       "rename them, or leave these subjects out with --subjects");
  return places;
}

void check_unit(const triage::RuleInput& input,
                const std::string& column,
                const std::map<std::string, std::string>& units,
                std::vector<std::string>& notes) {
  if (input.unit == "1") {
    return;
  }
  const auto stated = units.find(column);
  if (stated == units.end()) {
    notes.push_back(column + " is taken to be in " + input.unit + ": its unit is not stated");
  } else if (stated->second != input.unit) {
    throw ConfigError({.where = "column " + vigil::quoted(column),
                       .found = vigil::quoted(stated->second),
                       .expected = vigil::quoted(input.unit) + ", the unit of the rule",
                       .remedy = "convert the column, or correct its unit with --unit " + column +
                                 "=" + input.unit,
                       .problem = "the column and the rule have different units"});
  }
}

std::map<std::string, std::string> columns_of(const triage::StandingRule& rule,
                                              const std::map<std::string, std::string>& renamed) {
  std::map<std::string, std::string> columns;
  std::vector<std::string> names;
  for (const auto& input : rule.inputs) {
    columns[input.name] = input.column;
    names.push_back(input.name);
  }
  for (const auto& [input, column] : renamed) {
    if (columns.find(input) == columns.end()) {
      throw ConfigError({.where = "--column",
                         .found = vigil::quoted(input),
                         .expected = names.empty() ? "nothing: the rule has no inputs"
                                                   : "an input of the rule: " + join(names, ", "),
                         .remedy = suggestion(input, names),
                         .problem = "the rule has no such input"});
    }
    columns[input] = column;
  }
  return columns;
}

/// Nobody is decided on by where or by whom they are treated.
void refuse_places(const std::map<std::string, std::string>& columns, const std::string& centre) {
  constexpr std::array<std::string_view, 5> places{
      "centre", "center", "surgeon", "hospital", "site"};
  for (const auto& [input, column] : columns) {
    const std::string name = lower_case(column);
    if (column == centre || std::find(places.begin(), places.end(), name) != places.end()) {
      throw ConfigError(
          {.where = "input " + vigil::quoted(input),
           .found = "column " + vigil::quoted(column),
           .expected = "a property of the patient",
           .remedy = "leave centre and surgeon out of the rule",
           .problem = "a rule may not look at where or by whom a patient is treated"});
    }
  }
}

} // namespace

RuleColumns read_rule_columns(const triage::StandingRule& rule,
                              const storage::CohortRequest& request,
                              const std::map<std::string, std::string>& renamed) {
  const auto names = columns_of(rule, renamed);
  refuse_places(names, request.centre);
  storage::CohortSource source(request);
  auto metadata = source.metadata();
  for (const auto& [column, moment] : request.known_at) {
    metadata.known_at[column] = moment;
  }
  for (const auto& [column, unit] : request.unit) {
    metadata.unit[column] = unit;
  }
  const auto frame = kept_subjects(source.take_frame(), request.subjects);
  RuleColumns columns{.file = request.file.filename().string(), .subject_ids = frame.index()};
  columns.values.resize(at(frame.rows() * size_of(rule.inputs)));
  for (Index place = 0; place < size_of(rule.inputs); ++place) {
    const auto& input = rule.inputs[at(place)];
    const std::string& column = names.at(input.name);
    std::vector<double> values;
    if (input.levels.empty()) {
      values = frame.numbers(column);
      storage::expect_finite(frame, column, values);
    } else {
      values = level_places(frame, column, input.levels);
    }
    check_unit(input, column, metadata.unit, columns.notes);
    const auto moment = metadata.known_at.find(column);
    columns.known_at.push_back(moment == metadata.known_at.end()
                                   ? input.known_at
                                   : std::max(input.known_at, moment->second));
    columns.column.push_back(column);
    for (Index row = 0; row < frame.rows(); ++row) {
      columns.values[at(row * size_of(rule.inputs) + place)] = values[at(row)];
    }
  }
  return columns;
}

std::vector<std::string>
inputs_known_late(const triage::StandingRule& rule, const RuleColumns& columns, KnownAt decide_at) {
  std::vector<std::string> late;
  for (std::size_t place = 0; place < rule.inputs.size(); ++place) {
    if (columns.known_at[place] > decide_at) {
      late.push_back(columns.column[place] + " (" + std::string(name_of(columns.known_at[place])) +
                     ")");
    }
  }
  return late;
}

std::vector<triage::StandingAnswer> apply_rule(const triage::StandingRule& rule,
                                               const RuleColumns& columns) {
  std::vector<triage::StandingAnswer> answers;
  const std::size_t inputs = rule.inputs.size();
  for (std::size_t subject = 0; subject < columns.subject_ids.size(); ++subject) {
    answers.push_back(
        triage::standing_answer(rule, std::span(columns.values).subspan(subject * inputs, inputs)));
  }
  return answers;
}

} // namespace vigil
