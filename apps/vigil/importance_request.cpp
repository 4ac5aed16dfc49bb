// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/importance_request.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/table_file.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace vigil::app {

namespace {

using forest::ImportanceKind;
using forest::ImportanceRow;

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

/// The rows of one kind, the most important first; of equal ones and undefined ones as they were.
std::vector<ImportanceRow> ranked(std::span<const ImportanceRow> rows, ImportanceKind kind) {
  std::vector<ImportanceRow> result;
  for (const ImportanceRow& row : rows) {
    if (row.kind == kind && !std::isnan(row.importance)) {
      result.push_back(row);
    }
  }
  const double sign = kind == ImportanceKind::minimal_depth ? 1.0 : -1.0;
  std::ranges::stable_sort(
      result, {}, [sign](const ImportanceRow& row) { return sign * row.importance; });
  return result;
}

} // namespace

void read_importance(const Options& options, forest::ForestOptions& made) {
  for (const auto& name : options.texts("importance")) {
    made.importance.push_back(forest::find_importance_kind(name));
  }
  if (const auto on = options.text("importance_on")) {
    if (made.importance.empty()) {
      options.refuse("importance_on", "--importance KIND beside it", "name a kind of importance");
    }
    made.importance_on = forest::ImportanceOn::from_text(*on);
  }
  const bool grouped =
      std::ranges::find(made.importance, ImportanceKind::grouped) != made.importance.end();
  const auto file = options.text("groups");
  if (file && !grouped) {
    options.refuse("groups", "--importance grouped beside it", "add --importance grouped");
  }
  if (grouped && !file) {
    options.refuse("importance", "grouped with --groups FILE", "name a table: feature, group");
  }
  if (grouped) {
    made.groups = read_feature_groups(*file);
  }
}

void write_importance(std::span<const ImportanceRow> rows, const std::filesystem::path& folder) {
  std::vector<std::string> kind, feature;
  std::vector<double> importance, se, p;
  for (const ImportanceRow& row : rows) {
    kind.emplace_back(forest::name_of(row.kind));
    feature.push_back(row.feature);
    importance.push_back(row.importance);
    se.push_back(row.se);
    p.push_back(row.p);
  }
  const std::vector<storage::TableColumn> columns{
      {"kind", kind}, {"feature", feature}, {"importance", importance}, {"se", se}, {"p", p}};
  storage::write_table(folder / "importance.tsv", columns);
}

void say_importance(std::span<const ImportanceRow> rows, Log& log) {
  constexpr std::size_t shown = 5;
  std::string label = "features  ";
  for (const auto& kind : forest::importance_kind_table()) {
    const auto best = ranked(rows, kind.kind);
    if (best.empty()) {
      continue;
    }
    std::vector<std::string> texts;
    for (std::size_t place = 0; place < std::min(shown, best.size()); ++place) {
      texts.push_back(best[place].feature + " " + fixed_text(best[place].importance, 4));
    }
    log.say(label + std::string(kind.name) + ": " + join(texts, ", ") +
            (best.size() > shown ? ", .." : ""));
    label = "          ";
  }
}

} // namespace vigil::app
