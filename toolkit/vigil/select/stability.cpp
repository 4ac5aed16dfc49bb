// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/stability.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/penalized/fit_paths.hpp"
#include "vigil/resample/draw_units.hpp"
#include "vigil/resample/plan.hpp"
#include "vigil/select/entry_order.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <variant>

namespace vigil::select {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

[[noreturn]] void
refuse(std::string where, double found, std::string expected, std::string remedy) {
  throw ConfigError({.where = std::move(where),
                     .found = number_text(found),
                     .expected = std::move(expected),
                     .remedy = std::move(remedy),
                     .problem = "cannot do this stability selection"});
}

void check_options(const StabilityOptions& options, const TrainingData& data) {
  penalized::check_penalty(options.penalty, data);
  if (!(options.penalty.l1_ratio > 0.0)) {
    refuse("penalty, l1_ratio",
           options.penalty.l1_ratio,
           "a number above 0: the ridge penalty leaves no feature out",
           "use 1 (lasso) or 0.5");
  }
  if (!(options.threshold > 0.0 && options.threshold <= 1.0)) {
    refuse("threshold", options.threshold, "a share above 0, at most 1", "use 0.75");
  }
  if (!(options.weakness > 0.0 && options.weakness <= 1.0)) {
    refuse("smallest factor of the randomized penalty",
           options.weakness,
           "a number above 0, at most 1",
           "use 0.5");
  }
}

/// Penalized columns that are not constant, before any filter.
std::vector<Index> candidate_columns(const TrainingData& data,
                                     const CaseWeights& within,
                                     const StabilityOptions& options,
                                     Scheduler& scheduler) {
  const std::vector<CaseWeights> weightings{within};
  const PreparationOptions unfiltered{.impute = options.preparation.impute,
                                      .standardize = options.preparation.standardize};
  const auto prepared = fit_preparations(data, weightings, unfiltered, scheduler);
  const auto factor = penalized::penalty_factors(options.penalty, data, prepared.front());
  std::vector<Index> candidates;
  for (Index column = 0; column < data.columns(); ++column) {
    if (factor[at(column)] > 0.0) {
      candidates.push_back(column);
    }
  }
  return candidates;
}

/// Subjects that carry information on the outcome.
Index informative_subjects(const TrainingData& data, const CaseWeights& within) {
  Index events = 0;
  for (const Index subject : within.support()) {
    events += event_code(data.outcome, subject) > 0 ? 1 : 0;
  }
  const Index subjects = size_of(within.support());
  if (std::holds_alternative<BinaryOutcome>(data.outcome)) {
    return std::min(events, subjects - events);
  }
  return has_events(data.outcome) ? events : subjects;
}

std::string why_undefined(const TrainingData& data,
                          const CaseWeights& within,
                          std::span<const Index> candidates) {
  if (candidates.empty()) {
    return "no candidate: no penalized feature that varies";
  }
  const bool needs_events =
      has_events(data.outcome) || std::holds_alternative<BinaryOutcome>(data.outcome);
  return needs_events && draw_units(data, within).event_units() < 2
             ? "fewer than 2 subjects (or groups) with an event"
             : "";
}

Index wave_of(const TrainingData& data,
              Index halves,
              const penalized::PathRequest& request,
              bool randomized,
              const FitContext& context) {
  const Index fit = context.memory_bytes / penalized::wave_size(data, context, {&request, 1});
  const Index beside = static_cast<Index>(sizeof(Preparation::Column) + sizeof(double)) +
                       (randomized ? static_cast<Index>(sizeof(double)) : 0);
  return std::clamp<Index>(
      context.memory_bytes / std::max<Index>(1, fit + beside * data.columns()), 1, halves);
}

/// Penalty factors v / u.
penalized::PenaltyOptions randomized_penalty(const TrainingData& data,
                                             const StabilityOptions& options,
                                             const RandomKey& key) {
  penalized::PenaltyOptions penalty = options.penalty;
  const Covariates covariates = data.covariates();
  penalty.factor.resize(at(data.columns()));
  for (Index column = 0; column < data.columns(); ++column) {
    const double factor = !options.penalty.factor.empty()     ? options.penalty.factor[at(column)]
                          : covariates.info(column).penalized ? 1.0
                                                              : 0.0;
    const double u =
        options.weakness + (1.0 - options.weakness) * RandomStream(key.child(column)).uniform();
    penalty.factor[at(column)] = factor / u;
  }
  return penalty;
}

/// The paths end where they have selected enough.
penalized::LambdaGrid path_grid(const StabilityOptions& options, Index per_half) {
  penalized::LambdaGrid grid = options.grid;
  grid.most_nonzero = per_half;
  return grid;
}

/// Selects in half samples first .. first + count of the plan.
void select_wave(const TrainingData& data,
                 const StabilityOptions& options,
                 Index per_half,
                 std::span<const Resample> halves,
                 std::span<HalfSelection> selections,
                 FitContext& context) {
  std::vector<CaseWeights> weightings;
  for (const Resample& half : halves) {
    weightings.push_back(half.train);
  }
  const auto prepared = fit_preparations(data, weightings, options.preparation, context.scheduler);
  const bool randomized = options.weakness < 1.0;
  std::vector<penalized::PenaltyOptions> penalties(randomized ? halves.size() : 1, options.penalty);
  if (randomized) {
    context.scheduler.for_each(size_of(halves), [&](Index place, Index) {
      penalties[at(place)] =
          randomized_penalty(data, options, halves[at(place)].key.child("randomize"));
    });
  }
  const penalized::LambdaGrid grid = path_grid(options, per_half);
  std::vector<FitItem> items;
  std::vector<penalized::PathRequest> requests;
  for (std::size_t place = 0; place < halves.size(); ++place) {
    items.push_back({weightings[place], prepared[place], halves[place].key});
    requests.push_back({penalties[randomized ? place : 0], grid});
  }
  const auto paths = penalized::fit_paths({data, items}, requests, context);
  std::vector<FittedPath> fitted;
  for (std::size_t place = 0; place < paths.size(); ++place) {
    fitted.push_back({items[place], requests[place].penalty, paths[place]});
  }
  auto orders = entry_orders(data, fitted, per_half, context);
  for (std::size_t place = 0; place < halves.size(); ++place) {
    const auto support = weightings[place].support();
    selections[place] = {.pair = halves[place].repeat,
                         .half = halves[place].fold,
                         .subjects = {support.begin(), support.end()},
                         .features = std::move(orders[place]),
                         .undefined = paths[place].undefined};
  }
}

/// Selects in one half sample, on columns that are its own where they depend on who trains.
void select_half(const StabilityOptions& options,
                 Index per_half,
                 const Resample& half,
                 HalfSelection& selection,
                 FitContext& context) {
  const auto own = options.columns->fit_all({&half.train, 1}, half.train, context);
  select_wave(own.front()->data(), options, per_half, {&half, 1}, {&selection, 1}, context);
}

/// Counts, for each item, the half samples that hold it; `item_of` maps a column to its item, ascending items.
void count(Frequencies& frequencies,
           std::span<const HalfSelection> halves,
           std::span<const Index> item_of) {
  frequencies.times.assign(frequencies.item.size(), 0);
  for (const HalfSelection& half : halves) {
    std::vector<Index> items;
    for (const Index column : half.features) {
      items.push_back(item_of.empty() ? column : item_of[at(column)]);
    }
    std::sort(items.begin(), items.end());
    items.erase(std::unique(items.begin(), items.end()), items.end());
    for (const Index item : items) {
      const auto place = std::lower_bound(frequencies.item.begin(), frequencies.item.end(), item);
      VIGIL_EXPECTS(place != frequencies.item.end() && *place == item);
      ++frequencies.times[at(place - frequencies.item.begin())];
    }
  }
}

void judge(Frequencies& frequencies, Index per_half, const StabilityOptions& options) {
  frequencies.design = {.candidates = size_of(frequencies.item),
                        .per_half = std::min(per_half, size_of(frequencies.item)),
                        .pairs = options.pairs,
                        .least = least_selections(options.threshold, options.pairs)};
  frequencies.bound = error_bounds(frequencies.design);
}

void add_agreement(Stability& result, double level) {
  std::vector<Selection> selections; // by place among the candidates
  for (const HalfSelection& half : result.halves) {
    Selection places;
    for (const Index column : half.features) {
      const auto& item = result.features.item;
      places.push_back(std::lower_bound(item.begin(), item.end(), column) - item.begin());
    }
    std::sort(places.begin(), places.end());
    selections.push_back(std::move(places));
  }
  const Index candidates = size_of(result.features.item);
  result.nogueira = nogueira(selections, candidates, level);
  result.kuncheva = kuncheva(selections, candidates);
  result.jaccard = jaccard(selections);
  result.phi = phi_coefficient(selections, candidates);
  result.lustgarten = lustgarten(selections, candidates);
  result.somol = somol(selections, candidates);
}

void set_undefined(Stability& result, const StabilityOptions& options) {
  for (Frequencies* frequencies : {&result.features, &result.clusters}) {
    frequencies->times.assign(frequencies->item.size(), 0);
    frequencies->design = {.candidates = size_of(frequencies->item),
                           .per_half = 0,
                           .pairs = options.pairs,
                           .least = least_selections(options.threshold, options.pairs)};
    const ErrorBound none{not_a_number, result.undefined_because};
    frequencies->bound = {none, none, none};
  }
  result.nogueira = {
      not_a_number, not_a_number, not_a_number, not_a_number, result.undefined_because};
  result.kuncheva = result.jaccard = {not_a_number, result.undefined_because};
  result.phi = result.lustgarten = result.somol = result.kuncheva;
}

std::vector<Index> clusters_of(std::span<const Index> candidates, const Clusters& clusters) {
  std::vector<Index> items;
  if (!clusters.empty()) {
    for (const Index column : candidates) {
      items.push_back(clusters.of[at(column)]);
    }
  }
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}

Index per_half_of(const StabilityOptions& options,
                  Index candidates,
                  const TrainingData& data,
                  const CaseWeights& within) {
  if (options.per_half == 0) {
    return default_per_half(candidates, data, within);
  }
  if (options.per_half < 1 || options.per_half > candidates) {
    refuse("features per half sample",
           static_cast<double>(options.per_half),
           "from 1 to " + number_text(candidates) + ", the number of candidates",
           "use " + number_text(default_per_half(candidates, data, within)));
  }
  return options.per_half;
}

} // namespace

Index Frequencies::count_selected() const {
  return std::count_if(
      times.begin(), times.end(), [this](Index count) { return count >= design.least; });
}

std::vector<Index> Frequencies::order() const {
  std::vector<Index> places(times.size());
  std::iota(places.begin(), places.end(), Index{0});
  std::stable_sort(places.begin(), places.end(), [this](Index left, Index right) {
    return times[at(left)] > times[at(right)];
  });
  return places;
}

Index default_per_half(Index candidates, const TrainingData& data, const CaseWeights& within) {
  VIGIL_EXPECTS(candidates >= 1);
  auto root = static_cast<Index>(std::sqrt(static_cast<double>(candidates)));
  while (root * root > candidates) {
    --root;
  }
  return std::max<Index>(1, std::min(root, informative_subjects(data, within) / 4));
}

Stability stability_selection(const TrainingData& data,
                              const CaseWeights& within,
                              const StabilityOptions& options,
                              const RandomKey& key,
                              FitContext& context) {
  check_options(options, data);
  const ResamplePlan plan = complementary_halves(data, within, options.pairs, key);
  Stability result;
  result.features.item = candidate_columns(data, within, options, context.scheduler);
  result.clusters.item = clusters_of(result.features.item, options.clusters);
  result.undefined_because = why_undefined(data, within, result.features.item);
  if (result.undefined()) {
    set_undefined(result, options);
    return result;
  }
  const Index per_half = per_half_of(options, size_of(result.features.item), data, within);
  result.halves.resize(at(plan.size()));
  for (Index number = 0; options.columns != nullptr && number < plan.size(); ++number) {
    select_half(options, per_half, plan.at_number(number), result.halves[at(number)], context);
  }
  const penalized::PathRequest request{options.penalty, path_grid(options, per_half)};
  const Index wave = wave_of(data, plan.size(), request, options.weakness < 1.0, context);
  for (Index first = 0; options.columns == nullptr && first < plan.size(); first += wave) {
    std::vector<Resample> halves;
    for (Index number = first; number < std::min(first + wave, plan.size()); ++number) {
      halves.push_back(plan.at_number(number));
    }
    select_wave(data,
                options,
                per_half,
                halves,
                std::span(result.halves).subspan(at(first), halves.size()),
                context);
  }
  judge(result.features, per_half, options);
  count(result.features, result.halves, {});
  if (!result.clusters.item.empty()) {
    judge(result.clusters, per_half, options);
    count(result.clusters, result.halves, options.clusters.of);
  }
  add_agreement(result, options.level);
  return result;
}

} // namespace vigil::select
