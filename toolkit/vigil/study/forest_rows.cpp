// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/forest_rows.hpp"

#include "vigil/base/contract.hpp"
#include "vigil/study/forest_options.hpp"

#include <algorithm>
#include <cmath>

namespace vigil {

std::vector<FeatureImportance> most_important_first(std::span<const FeatureImportance> rows,
                                                    std::string_view kind) {
  std::vector<FeatureImportance> result;
  for (const FeatureImportance& row : rows) {
    if (row.kind == kind && !std::isnan(row.importance)) {
      result.push_back(row);
    }
  }
  const double sign = kind == forest::name_of(forest::ImportanceKind::minimal_depth) ? 1.0 : -1.0;
  std::ranges::stable_sort(
      result, {}, [sign](const FeatureImportance& row) { return sign * row.importance; });
  return result;
}

namespace {

report::ImportanceRow row_of(const FeatureImportance& told, const std::string& learner) {
  return {.learner = learner,
          .kind = told.kind,
          .feature = told.feature,
          .importance = told.importance,
          .se = told.se,
          .p = told.p};
}

report::ImportanceSummary
summary_of(const FitDiagnostics& told, const std::string& kind, const std::string& learner) {
  report::ImportanceSummary summary{.kind = kind};
  summary.features = std::ranges::count(told.importance, kind, &FeatureImportance::kind);
  const auto ranked = most_important_first(told.importance, kind);
  summary.undefined = summary.features - size_of(ranked);
  for (Index place = 0; place < std::min(size_of(ranked), report::most_important); ++place) {
    summary.first.push_back(row_of(ranked[at(place)], learner));
  }
  return summary;
}

/// What the record of a forest says of how it was grown.
report::ForestSummary grown_as(const Record& record) {
  report::ForestSummary forest{.subjects = record.count("subjects"),
                               .events = record.count("events"),
                               .columns = record.count("training_columns"),
                               .strata = record.count("strata"),
                               .split_rule = record.text("split_rule"),
                               .features_per_split = record.count("features_per_split"),
                               .min_node = record.count("min_node"),
                               .min_leaf = record.count("min_leaf"),
                               .min_leaf_events = record.count("min_leaf_events"),
                               .undefined_because = record.text("reason")};
  if (record.count("replace") == 0) {
    forest.sample_fraction = record.number("sample_fraction");
  }
  return forest;
}

} // namespace

void add_forests(std::span<const FinalModel> models,
                 std::span<const Options> options,
                 report::Report& report) {
  VIGIL_EXPECTS(models.size() == options.size());
  for (std::size_t number = 0; number < models.size(); ++number) {
    const auto told = models[number].model.diagnostics();
    if (!told || !told->proportional_hazards.empty()) {
      continue; // no forest
    }
    const std::string& learner = models[number].learner;
    auto forest = grown_as(models[number].model.record());
    forest.learner = learner;
    const auto asked = forest_options(options[number]);
    forest.target_error = asked.target_error > 0.0 ? asked.target_error : not_available;
    forest.target_ranking = asked.target_ranking > 0.0 ? asked.target_ranking : not_available;
    forest.importance_on = told->importance_on;
    for (const auto& kind : told->importance_kinds) {
      forest.importance.push_back(summary_of(*told, kind, learner));
    }
    for (const auto& point : told->error) {
      forest.error.push_back({.trees = point.trees,
                              .concordance = point.concordance,
                              .se = point.se,
                              .bias = point.bias,
                              .ranking = point.ranking,
                              .undefined_because = point.undefined_because});
    }
    forest.trees = forest.error.empty() ? 0 : forest.error.back().trees;
    report.forests.push_back(std::move(forest));
    for (const auto& row : told->importance) {
      report.importance.push_back(row_of(row, learner));
    }
  }
}

} // namespace vigil
