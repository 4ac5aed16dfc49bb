// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/importance_table.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/survival/censoring_weights.hpp"

#include <algorithm>
#include <set>

namespace vigil::forest {

namespace {

bool asks(const ForestOptions& options, ImportanceKind kind) {
  return std::ranges::find(options.importance, kind) != options.importance.end();
}

/// Others have a forest of their own.
bool looks_at_forest(ImportanceKind kind) {
  return kind != ImportanceKind::impurity_corrected && kind != ImportanceKind::shadow &&
         kind != ImportanceKind::hold_out;
}

[[noreturn]] void refuse(const std::string& found, std::string expected, std::string remedy) {
  throw ConfigError({.where = "importance of a forest",
                     .found = found,
                     .expected = std::move(expected),
                     .remedy = std::move(remedy)});
}

std::vector<std::uint32_t> columns_of(const FeatureGroup& group, const ForestColumns& all) {
  std::vector<std::uint32_t> columns;
  for (const Index column : all.find(group.features)) {
    columns.push_back(static_cast<std::uint32_t>(column));
  }
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  return columns;
}

} // namespace

HorizonRows value_losses(const SurvivalRows& rows) {
  return {.weight = std::vector<double>(rows.value.size(), 1.0), .event = rows.value};
}

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
    const bool event = inputs.rows.has_event(at(row));
    result.weight.push_back(weight[at(inputs.rows.subject[at(row)])]);
    result.event.push_back(event && Index{inputs.rows.passed[at(row)]} <= result.passed ? 1.0
                                                                                        : 0.0);
  }
  return result;
}

std::optional<ImportanceKind> ranked_kind(std::span<const ImportanceKind> asked) {
  const auto found = std::ranges::find_if(asked, looks_at_forest);
  return found == asked.end() ? std::nullopt : std::optional(*found);
}

void check_importance(const ForestOptions& options) {
  if (options.target_ranking > 0.0 && !ranked_kind(options.importance)) {
    refuse("target ranking " + number_text(options.target_ranking) +
               " without an importance that is known while the forest grows",
           "permutation, grouped, conditional or minimal_depth among the kinds",
           "ask for one of them, or leave the target out");
  }
  const std::set<ImportanceKind> different(options.importance.begin(), options.importance.end());
  if (different.size() != options.importance.size()) {
    refuse("a kind twice", "different kinds", "name each once");
  }
  if (asks(options, ImportanceKind::grouped) && options.groups.empty()) {
    refuse("grouped, without groups", "groups of features", "name groups, or another kind");
  }
  if (!(options.alike >= 0.0)) {
    refuse("alike " + number_text(options.alike), "a correlation of at least 0", "change it");
  }
  for (const FeatureGroup& group : options.groups) {
    if (group.features.empty()) {
      refuse("group " + quoted(group.name) + " without features",
             "at least one feature",
             "leave the group out");
    }
  }
}

ImportanceTable::ImportanceTable(const ForestInputs& inputs,
                                 const ForestOptions& options,
                                 const ValueScale& scale)
    : inputs_(inputs), options_(options), scale_(scale) {
  ImportancePlan plan{.alike = options.alike,
                      .trees_per_half_sample = options.trees_per_half_sample};
  if (!options.importance.empty() && options.importance_on.brier_horizon) {
    horizon_ = horizon_rows(inputs, *options.importance_on.brier_horizon);
    plan.horizon = &*horizon_;
  } else if (!inputs.rows.value.empty() &&
             options.importance_on.loss != ImportanceOn::Loss::concordance) {
    horizon_ = value_losses(inputs.rows);
    plan.horizon = &*horizon_;
  }
  if (asks(options, ImportanceKind::grouped)) {
    for (const FeatureGroup& group : options.groups) {
      plan.groups.push_back(columns_of(group, inputs.columns));
    }
  }
  for (const ImportanceKind kind : options.importance) {
    if (looks_at_forest(kind)) {
      plan.kinds.push_back(kind);
    }
  }
  if (plan.kinds.empty()) {
    return;
  }
  of_forest_.emplace(
      inputs.rows, inputs.ranks, std::move(plan), options.trees, inputs.scheduler.workers());
}

const ShadowMeans& ImportanceTable::shadows() {
  if (!shadows_) {
    std::vector<ImportanceKind> kinds;
    if (asks(options_, ImportanceKind::shadow)) {
      kinds.push_back(ImportanceKind::permutation);
    }
    if (asks(options_, ImportanceKind::impurity_corrected)) {
      kinds.push_back(ImportanceKind::impurity_corrected);
    }
    shadows_ = with_shadows(own_forest("shadow"), kinds);
  }
  return *shadows_;
}

OwnForest ImportanceTable::own_forest(std::string_view purpose) const {
  return {.inputs = inputs_,
          .trees = trees_,
          .key = inputs_.item.key.child(purpose),
          .horizon = horizon_ ? &*horizon_ : nullptr};
}

ImportanceTable::Columns ImportanceTable::columns(ImportanceKind kind) {
  switch (kind) {
  case ImportanceKind::impurity_corrected: {
    const ItemMeans& found = shadows().gains;
    return {found.mean, found.se, null_shares(found.mean, mirrored_null(found.mean))};
  }
  case ImportanceKind::shadow: {
    const ItemMeans& found = shadows().permutation;
    const auto middle = found.mean.begin() + inputs_.ranks.columns();
    const std::vector<double> own(found.mean.begin(), middle), null(middle, found.mean.end());
    return {own, found.se, null_shares(own, null)};
  }
  case ImportanceKind::hold_out: {
    const ItemMeans found = held_out(own_forest("hold-out"));
    return {found.mean, found.se, null_shares(found.mean, mirrored_null(found.mean))};
  }
  default: {
    const ItemMeans found = of_forest_->means(kind);
    return {found.mean, found.se, null_shares(found.mean, {})};
  }
  }
}

bool ImportanceTable::is_square(ImportanceKind kind) const {
  if (inputs_.rows.value.empty() || kind == ImportanceKind::minimal_depth) {
    return false;
  }
  return kind == ImportanceKind::impurity_corrected ? inputs_.tree.rule->gains_are_squares
                                                    : horizon_.has_value();
}

std::vector<ImportanceRow> ImportanceTable::rows(Index trees) {
  trees_ = trees;
  std::vector<ImportanceRow> table;
  for (const ImportanceKind kind : options_.importance) {
    const bool grouped = kind == ImportanceKind::grouped;
    Columns found = columns(kind);
    if (is_square(kind)) {
      for (auto* column : {&found.importance, &found.se}) {
        std::ranges::transform(
            *column, column->begin(), [&](double each) { return scale_.real_square(each); });
      }
    }
    for (Index item = 0; item < size_of(found.importance); ++item) {
      table.push_back(
          {.kind = kind,
           .feature = grouped ? options_.groups[at(item)].name : inputs_.columns.name(item),
           .importance = found.importance[at(item)],
           .se = found.se[at(item)],
           .p = found.p[at(item)]});
    }
  }
  return table;
}

} // namespace vigil::forest
