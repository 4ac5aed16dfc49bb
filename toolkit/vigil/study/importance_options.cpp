// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/importance_options.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/table_file.hpp"

#include <algorithm>
#include <string>
#include <variant>
#include <vector>

namespace vigil {

namespace {

using forest::ImportanceKind;

/// How an option is written where `beside` was: on the command line, or as a key.
std::string written(const Options& options,
                    std::string_view beside,
                    const std::string& key,
                    std::string_view value) {
  const std::string where = options.where(beside);
  const std::string text = " " + std::string(value);
  return where.starts_with("--") && where != "--set" ? "--" + key + text : key + " =" + text;
}

bool asks(const forest::ForestOptions& made, ImportanceKind kind) {
  return std::ranges::find(made.importance, kind) != made.importance.end();
}

/// By the first row of each.
std::vector<forest::FeatureGroup> read_feature_groups(const std::string& name) {
  const auto table = storage::read_table(name, {.by_line = true}); // a feature may be in several
  const auto features = table.texts("feature"), names = table.texts("group");
  std::vector<forest::FeatureGroup> groups;
  FaultList unnamed;
  for (std::size_t row = 0; row < features.size(); ++row) {
    if (names[row].empty()) {
      unnamed.add("feature " + vigil::quoted(features[row]), "no group");
    }
    auto group = std::ranges::find(groups, names[row], &forest::FeatureGroup::name);
    if (group == groups.end()) {
      group = groups.insert(group, {.name = names[row], .features = {}});
    }
    group->features.push_back(features[row]);
  }
  unnamed.raise_if_any("cannot form the groups of " + name,
                       "the name of a group for each listed feature",
                       "fill in the name, or leave the feature out");
  return groups;
}

std::vector<forest::FeatureGroup> groups_of(const Options& options) {
  const auto& value = options.entries().find("groups")->second.value;
  if (!std::holds_alternative<OptionValue::Table>(value)) {
    return read_feature_groups(*options.text("groups"));
  }
  std::vector<forest::FeatureGroup> groups;
  for (auto& [name, features] : options.table("groups")) {
    groups.push_back({.name = name, .features = features});
  }
  return groups;
}

/// A key that belongs to one kind of importance.
void refuse_without(const Options& options,
                    const forest::ForestOptions& made,
                    std::string_view key,
                    ImportanceKind kind) {
  if (options.has(key) && !asks(made, kind)) {
    const std::string wanted = written(options, key, "importance", forest::name_of(kind));
    options.refuse(key, wanted + " beside it", "add " + wanted);
  }
}

void read_kinds(const Options& options, forest::ForestOptions& made) {
  const auto names = options.texts("importance");
  if (names == std::vector<std::string>{"none"}) {
    return;
  }
  std::vector<std::string> known;
  for (const auto& kind : forest::importance_kind_table()) {
    known.emplace_back(kind.name);
  }
  for (const auto& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      options.refuse("importance", "one of " + join(known, ", "), suggestion(name, known));
    }
    made.importance.push_back(forest::find_importance_kind(name));
  }
}

} // namespace

void read_importance(const Options& options, forest::ForestOptions& made) {
  read_kinds(options, made);
  if (const auto on = options.text("importance_on")) {
    if (made.importance.empty()) {
      options.refuse("importance_on",
                     written(options, "importance_on", "importance", "KIND") + " beside it",
                     "name a kind of importance");
    }
    made.importance_on = forest::ImportanceOn::from_text(*on);
  }
  refuse_without(options, made, "groups", ImportanceKind::grouped);
  refuse_without(options, made, "alike", ImportanceKind::conditional);
  if (asks(made, ImportanceKind::grouped)) {
    if (!options.has("groups")) {
      options.refuse("importance",
                     "grouped with " + written(options, "importance", "groups", "FILE"),
                     "name a table: feature, group");
    }
    made.groups = groups_of(options);
  }
  made.alike = options.number("alike").value_or(made.alike);
  if (!(made.alike >= 0.0 && made.alike <= 1.0)) {
    options.refuse("alike", "a correlation from 0 to 1");
  }
}

} // namespace vigil
