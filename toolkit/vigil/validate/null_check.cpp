// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/null_check.hpp"

#include "vigil/measure/concordance.hpp"
#include "vigil/validate/fit_view.hpp"
#include "vigil/validate/scoring.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <utility>

namespace vigil {

namespace {

constexpr Index resamples_of_draws = 5;

/// A tally while models come in, with one count for each column of the cohort.
struct OpenTally {
  NullTally tally = {};
  std::vector<Index> models = {};

  [[nodiscard]] NullTally close() {
    for (Index column = 0; column < size_of(models); ++column) {
      if (models[at(column)] > 0) {
        tally.selected.push_back({.column = column, .models = models[at(column)]});
      }
    }
    return std::move(tally);
  }
};

/// Test subjects once each: the order of permuted outcomes knows no sampling weights.
CaseWeights counted_once(const CaseWeights& test) {
  std::vector<std::uint32_t> times(at(test.subjects()), 0);
  for (const Index subject : test.support()) {
    times[at(subject)] = 1;
  }
  return CaseWeights::ones(test.subjects()).with_times(std::move(times));
}

/// Adds the pairs and the selection of one model. `data`: with the outcome that the model was fitted to.
void add_record(const NullCheckTask& task,
                const TrainingData& data,
                const Resample& resample,
                const ResampleRecord& record,
                OpenTally& open) {
  NullTally& tally = open.tally;
  if (record.status == FitStatus::undefined) {
    tally.because = "the model is not defined";
    return;
  }
  ++tally.models;
  const Covariates covariates = data.covariates();
  for (const SelectedFeature& feature : record.selected) {
    if (feature.coefficient != 0.0 && covariates.info(feature.feature).penalized) {
      ++open.models[at(feature.feature)];
    }
  }
  const auto sample = own_sample(data.outcome, counted_once(resample.test), task.cause);
  const Prediction prediction = scattered(record, data.subjects());
  const auto found = measure::concordance({.prediction = prediction,
                                           .outcome = data.outcome,
                                           .weights = sample.weights,
                                           .centre = data.centre,
                                           .censoring = *sample.censoring,
                                           .horizon = task.tau,
                                           .cause = task.cause});
  if (!found.estimate.undefined_because.empty()) {
    tally.because = found.estimate.undefined_because;
    return;
  }
  tally.concordant += found.pairs.concordant + 0.5 * found.pairs.tied_score;
  tally.comparable += found.pairs.comparable();
}

TrainingData with_outcome(const TrainingData& data, const Outcome& outcome) {
  return {.features = data.features,
          .clinical = data.clinical,
          .outcome = outcome,
          .stratum = data.stratum,
          .batch = data.batch,
          .offset = data.offset,
          .centre = data.centre,
          .group = data.group,
          .batch_names = data.batch_names};
}

/// One learner on one permutation: all its folds in one batch.
NullTally permutation_tally(const NullCheckTask& task,
                            const NamedLearner& learner,
                            std::span<const Resample> resamples,
                            const RandomKey& key,
                            FitContext& context) {
  const TrainingData real = task.cohort.data();
  const Outcome outcome = permuted_outcome(real, task.cohort.weights(), key);
  const TrainingData data = with_outcome(real, outcome);
  const ColumnView view(data, learner.columns);
  std::vector<CaseWeights> weights;
  std::vector<RandomKey> keys;
  for (const Resample& resample : resamples) {
    weights.push_back(resample.train);
    keys.push_back(key.child("resample").child(size_of(keys)).child("fit").child(learner.name));
  }
  const auto models = fit_view(view, learner, {.weights = weights, .keys = keys}, context);
  OpenTally tally{.models = std::vector<Index>(at(data.columns()), 0)};
  for (Index number = 0; number < size_of(models); ++number) {
    const Resample& resample = resamples[at(number)];
    const auto support = resample.test.support();
    ResampleRecord record{.learner = learner.name,
                          .resample = number,
                          .subject = {support.begin(), support.end()},
                          .role = std::vector<FoldRole>(support.size(), FoldRole::test),
                          .prediction = {},
                          .selected = {}};
    fill_record(view, models[at(number)], {.horizons = {}}, context, record);
    add_record(task, data, resample, record, tally);
  }
  return tally.close();
}

/// Whether permutations run side by side: their fits then have one thread each, and each holds its own working sets.
bool side_by_side(const TrainingData& data) {
  constexpr Index most_cells = Index{1} << 22;
  const bool in_memory =
      data.features.features() == 0 || !data.features.source().in_memory().empty();
  return in_memory && data.subjects() * data.columns() <= most_cells;
}

} // namespace

std::vector<Index> null_check_resamples(const ResamplePlan& plan) {
  const bool drawn = draws_with_replacement(plan) || plan.scheme() == "subsampling";
  std::vector<Index> numbers;
  for (Index number = 0; number < plan.size(); ++number) {
    if (drawn ? number < resamples_of_draws
              : plan.scheme() == "loco" || plan.at_number(number).repeat <= 1) {
      numbers.push_back(number);
    } else {
      break; // repeats come one after another
    }
  }
  return numbers;
}

Outcome
permuted_outcome(const TrainingData& data, const CaseWeights& within, const RandomKey& key) {
  std::vector<std::vector<Index>> members;
  for (const Index subject : within.support()) {
    const Index centre = data.centre.empty() ? 0 : data.centre[at(subject)] + 1;
    if (centre >= size_of(members)) {
      members.resize(at(centre + 1));
    }
    members[at(centre)].push_back(subject);
  }
  std::vector<Index> from(at(data.subjects()));
  std::iota(from.begin(), from.end(), Index{0});
  for (Index centre = 0; centre < size_of(members); ++centre) {
    std::vector<Index> order = members[at(centre)];
    RandomStream stream(key.child("outcome").child(centre));
    for (Index place = size_of(order) - 1; place > 0; --place) {
      std::swap(order[at(place)], order[at(stream.index_below(place + 1))]);
    }
    for (Index place = 0; place < size_of(order); ++place) {
      from[at(members[at(centre)][at(place)])] = order[at(place)];
    }
  }
  return select_subjects(data.outcome, from);
}

std::vector<NullUnit> null_units(const NullCheckTask& task, const Shard& shard) {
  VIGIL_EXPECTS(shard.count > 0 && shard.number >= 0 && shard.number < shard.count);
  std::vector<NullUnit> units;
  for (Index learner = 0; learner < size_of(task.learners); ++learner) {
    for (Index permutation = 0; permutation < task.permutations; ++permutation) {
      if ((learner * task.permutations + permutation) % shard.count == shard.number) {
        units.push_back({.learner = learner, .permutation = permutation});
      }
    }
  }
  return units;
}

void compute_null_units(const NullCheckTask& task,
                        std::span<const NullUnit> units,
                        const NullUnitSink& finished,
                        const std::function<void()>& between,
                        FitContext& context) {
  std::vector<Resample> resamples;
  for (const Index number : null_check_resamples(task.plan)) {
    resamples.push_back(task.plan.at_number(number));
  }
  std::mutex one_at_a_time;
  const auto permute = [&](Index number) {
    between();
    const NullUnit& unit = units[at(number)];
    const NullTally tally = permutation_tally(task,
                                              task.learners[at(unit.learner)],
                                              resamples,
                                              task.key.child("permutation").child(unit.permutation),
                                              context);
    const std::lock_guard<std::mutex> hold(one_at_a_time);
    finished(unit, tally);
  };
  if (side_by_side(task.cohort.data())) {
    context.scheduler.for_each(size_of(units), [&](Index number, Index) { permute(number); });
  } else {
    for (Index number = 0; number < size_of(units); ++number) {
      permute(number);
    }
  }
}

NullTally study_tally(const NullCheckTask& task, const std::string& learner) {
  const std::vector<Index> numbers = null_check_resamples(task.plan);
  const TrainingData data = task.cohort.data();
  OpenTally tally{.models = std::vector<Index>(at(data.columns()), 0)};
  for (const ResampleRecord& record : task.records) {
    if (record.learner == learner && std::ranges::binary_search(numbers, record.resample)) {
      const Resample resample = task.plan.at_number(record.resample);
      ResampleRecord tested = record;
      tested.subject.clear();
      std::vector<Index> rows;
      for (Index row = 0; row < size_of(record.subject); ++row) {
        if (record.role[at(row)] == FoldRole::test) {
          tested.subject.push_back(record.subject[at(row)]);
          rows.push_back(row);
        }
      }
      tested.prediction = select_subjects(record.prediction, rows);
      add_record(task, data, resample, tested, tally);
    }
  }
  return tally.close();
}

} // namespace vigil
