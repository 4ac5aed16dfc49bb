// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/importance_table.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/survival/censoring_weights.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace vigil::forest {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

bool asks(const ForestOptions& options, ImportanceKind kind) {
  return std::ranges::find(options.importance, kind) != options.importance.end();
}

[[noreturn]] void refuse(const std::string& found, std::string expected, std::string remedy) {
  throw ConfigError({.where = "importance of a survival forest",
                     .found = found,
                     .expected = std::move(expected),
                     .remedy = std::move(remedy)});
}

std::vector<std::uint32_t> columns_of(const FeatureGroup& group, const Covariates& covariates) {
  std::vector<std::uint32_t> columns;
  for (const Index column : find_columns(covariates, group.features)) {
    columns.push_back(static_cast<std::uint32_t>(column));
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

} // namespace

HorizonRows horizon_rows(const ForestInputs& inputs, double horizon) {
  const survival::CensoringWeights censoring(inputs.data.outcome, inputs.item.weights);
  if (!censoring.supports(horizon)) {
    refuse("horizon " + number_text(horizon),
           "a time at which somebody is still under observation",
           "choose an earlier horizon");
  }
  const auto weight = censoring.weights_at(horizon);
  const auto& event_time = inputs.rows.event_time;
  HorizonRows result;
  result.passed =
      std::upper_bound(event_time.begin(), event_time.end(), horizon) - event_time.begin();
  for (Index row = 0; row < inputs.rows.rows(); ++row) {
    const bool event = (inputs.rows.moment[at(row)] & 1U) != 0;
    result.weight.push_back(weight[at(inputs.rows.subject[at(row)])]);
    result.event.push_back(event && Index{inputs.rows.passed[at(row)]} <= result.passed ? 1.0
                                                                                        : 0.0);
  }
  return result;
}

void check_importance(const ForestOptions& options) {
  const std::set<ImportanceKind> different(options.importance.begin(), options.importance.end());
  if (different.size() != options.importance.size()) {
    refuse("a kind twice", "different kinds", "name each once");
  }
  if (asks(options, ImportanceKind::grouped) && options.groups.empty()) {
    refuse("grouped, without groups", "groups of features", "name groups, or another kind");
  }
  for (const FeatureGroup& group : options.groups) {
    if (group.features.empty()) {
      refuse("group " + quoted(group.name) + " without features",
             "at least one feature",
             "leave the group out");
    }
  }
}

ImportanceTable::ImportanceTable(const ForestInputs& inputs, const ForestOptions& options)
    : inputs_(inputs), options_(options) {
  ImportancePlan plan;
  for (const ImportanceKind kind : options.importance) {
    plan.kinds.push_back(kind);
  }
  if (plan.kinds.empty()) {
    return;
  }
  if (options.importance_on.brier_horizon) {
    horizon_ = horizon_rows(inputs, *options.importance_on.brier_horizon);
    plan.horizon = &*horizon_;
  }
  if (asks(options, ImportanceKind::grouped)) {
    for (const FeatureGroup& group : options.groups) {
      plan.groups.push_back(columns_of(group, inputs.data.covariates()));
    }
  }
  of_forest_.emplace(
      inputs.rows, inputs.ranks, std::move(plan), options.trees, inputs.scheduler.workers());
}

std::vector<ImportanceRow> ImportanceTable::rows() {
  const Covariates covariates = inputs_.data.covariates();
  std::vector<ImportanceRow> table;
  for (const ImportanceKind kind : options_.importance) {
    const bool grouped = kind == ImportanceKind::grouped;
    const ItemMeans found = of_forest_->means(kind);
    for (Index item = 0; item < size_of(found.mean); ++item) {
      table.push_back(
          {.kind = kind,
           .feature = grouped ? options_.groups[at(item)].name : covariates.info(item).name,
           .importance = found.mean[at(item)],
           .se = found.se[at(item)],
           .p = not_a_number});
    }
  }
  return table;
}

} // namespace vigil::forest
