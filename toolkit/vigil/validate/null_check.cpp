// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/null_check.hpp"

#include "vigil/base/text.hpp"
#include "vigil/measure/concordance.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/validate/fit_view.hpp"
#include "vigil/validate/scoring.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vigil {

namespace {

constexpr Index resamples_of_draws = 5;
constexpr double selection_level = 0.001;

/// Pairs within one centre and one test fold, and the models that made them.
struct Tally {
  double concordant = 0.0, comparable = 0.0;
  Index models = 0, selections = 0;
  std::vector<Index> selected = {}; ///< models that have it, per column of the cohort
  std::string because = {};         ///< the last reason for a fold without pairs

  [[nodiscard]] double concordance() const {
    return comparable > 0.0 ? concordant / comparable : not_available;
  }
  [[nodiscard]] double mean_selected() const {
    return models > 0 ? static_cast<double>(selections) / static_cast<double>(models)
                      : not_available;
  }
  [[nodiscard]] bool has(Index column) const { return 2 * selected[at(column)] > models; }
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
                Tally& tally) {
  if (record.status == FitStatus::undefined) {
    tally.because = "the model is not defined";
    return;
  }
  ++tally.models;
  const Covariates covariates = data.covariates();
  for (const SelectedFeature& feature : record.selected) {
    if (feature.coefficient != 0.0 && covariates.info(feature.feature).penalized) {
      ++tally.selected[at(feature.feature)];
      ++tally.selections;
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
Tally permutation_tally(const NullCheckTask& task,
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
  Tally tally{.selected = std::vector<Index>(at(data.columns()), 0)};
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
  return tally;
}

/// The same quantities with the real outcome, from the records that the study has anyhow.
Tally study_tally(const NullCheckTask& task,
                  const std::string& learner,
                  std::span<const Index> numbers) {
  const TrainingData data = task.cohort.data();
  Tally tally{.selected = std::vector<Index>(at(data.columns()), 0)};
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
  return tally;
}

std::vector<Index> candidate_columns(const NullCheckTask& task, const NamedLearner& learner) {
  const TrainingData data = task.cohort.data();
  const Covariates covariates = data.covariates();
  std::vector<Index> candidates;
  for (const Index column : selected_columns(covariates, learner.columns)) {
    if (covariates.info(column).penalized) {
      candidates.push_back(column);
    }
  }
  return candidates;
}

void add_reason(const std::string& reason, std::string& because) {
  because += (because.empty() ? "" : "; ") + reason;
}

void judge_concordance(std::span<const Tally> tallies, NullCheckVerdict& verdict) {
  std::vector<double> values;
  std::string last;
  for (const Tally& tally : tallies) {
    if (tally.comparable > 0.0) {
      values.push_back(tally.concordance());
    } else {
      last = tally.because;
    }
  }
  verdict.permutations = size_of(values);
  if (2 * size_of(values) < size_of(tallies) || size_of(values) < 2) {
    add_reason("only " + count_text(size_of(values)) + " of " + count_text(size_of(tallies)) +
                   " permutations have a concordance: " +
                   (last.empty() ? std::string("no comparable pair within a centre") : last),
               verdict.because);
    return;
  }
  const auto count = static_cast<double>(values.size());
  verdict.concordance = sum(values) / count;
  double squares = 0.0;
  for (const double value : values) {
    squares += (value - verdict.concordance) * (value - verdict.concordance);
  }
  verdict.se = std::sqrt(squares / (count - 1.0) / count);
  verdict.limit = 0.5 + 3.0 * verdict.se;
  constexpr double rounding =
      1e-12; // models without a column tie all pairs: 0.5 but for the last digits
  if (verdict.concordance > verdict.limit + rounding) {
    verdict.failed = true;
    add_reason("concordance " + fixed_text(verdict.concordance, 3) +
                   " on outcomes that mean nothing, above its limit " +
                   fixed_text(verdict.limit, 3),
               verdict.because);
  }
}

void judge_selection(const NullCheckTask& task,
                     std::span<const Index> candidates,
                     std::span<const Tally> tallies,
                     NullCheckVerdict& verdict) {
  verdict.candidates = size_of(candidates);
  double total = 0.0, selected = 0.0, defined = 0.0;
  std::vector<Index> times(candidates.size(), 0);
  for (const Tally& tally : tallies) {
    if (tally.models > 0) {
      defined += 1.0;
      selected += tally.mean_selected();
      for (std::size_t place = 0; place < candidates.size(); ++place) {
        const bool has = tally.has(candidates[place]);
        times[place] += has ? 1 : 0;
        total += has ? 1.0 : 0.0;
      }
    }
  }
  if (defined == 0.0) {
    return;
  }
  verdict.selected = selected / defined;
  if (candidates.empty()) {
    return;
  }
  const double rate = total / (defined * static_cast<double>(candidates.size()));
  const auto of = static_cast<Index>(defined);
  // Where centres differ in risk, columns that tell them apart are rightly selected again and again.
  verdict.selection_limit =
      task.cohort.centre_names().size() > 1
          ? of
          : selection_limit(of, std::min(1.0, 2.0 * rate), size_of(candidates));
  std::vector<std::string> often;
  const TrainingData data = task.cohort.data();
  const Covariates covariates = data.covariates();
  for (std::size_t place = 0; place < candidates.size(); ++place) {
    verdict.most_selected = std::max(verdict.most_selected, times[place]);
    if (times[place] > verdict.selection_limit) {
      often.push_back(covariates.info(candidates[place]).name + " (" + number_text(times[place]) +
                      ")");
    }
  }
  if (!often.empty()) {
    verdict.failed = true;
    constexpr std::size_t most_named = 5;
    const Index others = size_of(often) - static_cast<Index>(std::min(often.size(), most_named));
    often.resize(std::min(often.size(), most_named));
    add_reason("selected in more than " + number_text(verdict.selection_limit) + " of " +
                   number_text(of) + " permutations: " + join(often, ", ") +
                   (others > 0 ? " and " + count_text(others) + " more" : ""),
               verdict.because);
  }
}

/// Whether permutations run side by side: their fits then have one thread each, and each holds its own working sets.
bool side_by_side(const TrainingData& data) {
  constexpr Index most_cells = Index{1} << 22;
  const bool in_memory =
      data.features.features() == 0 || !data.features.source().in_memory().empty();
  return in_memory && data.subjects() * data.columns() <= most_cells;
}

} // namespace

bool NullCheck::failed() const noexcept {
  return std::ranges::any_of(verdicts, &NullCheckVerdict::failed);
}

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

Index selection_limit(Index permutations, double rate, Index candidates) {
  VIGIL_EXPECTS(permutations > 0 && candidates > 0 && rate >= 0.0 && rate <= 1.0);
  const double level = selection_level / static_cast<double>(candidates);
  for (Index most = 0; most < permutations; ++most) {
    // P(X >= most + 1) <= level where the rate is at or below the exact lower limit of most + 1 of all
    if (rate <= beta_quantile(level,
                              static_cast<double>(most + 1),
                              static_cast<double>(permutations - most))) {
      return most;
    }
  }
  return permutations;
}

NullCheck
null_check(const NullCheckTask& task, const std::function<void()>& between, FitContext& context) {
  VIGIL_EXPECTS(task.permutations > 0);
  const std::vector<Index> numbers = null_check_resamples(task.plan);
  std::vector<Resample> resamples;
  for (const Index number : numbers) {
    resamples.push_back(task.plan.at_number(number));
  }
  NullCheck result;
  for (const NamedLearner& learner : task.learners) {
    std::vector<Tally> tallies(at(task.permutations));
    const auto permute = [&](Index permutation) {
      between();
      tallies[at(permutation)] = permutation_tally(
          task, learner, resamples, task.key.child("permutation").child(permutation), context);
    };
    if (side_by_side(task.cohort.data())) {
      context.scheduler.for_each(task.permutations,
                                 [&](Index permutation, Index) { permute(permutation); });
    } else {
      for (Index permutation = 0; permutation < task.permutations; ++permutation) {
        permute(permutation);
      }
    }
    const Tally real = study_tally(task, learner.name, numbers);
    NullCheckVerdict verdict{.learner = learner.name,
                             .study_concordance = real.concordance(),
                             .study_selected = real.mean_selected()};
    judge_concordance(tallies, verdict);
    judge_selection(task, candidate_columns(task, learner), tallies, verdict);
    for (Index permutation = 0; permutation < task.permutations; ++permutation) {
      const Tally& tally = tallies[at(permutation)];
      result.rows.push_back({.learner = learner.name,
                             .permutation = permutation + 1,
                             .within_centre_concordance = tally.concordance(),
                             .selected = tally.mean_selected()});
    }
    result.verdicts.push_back(std::move(verdict));
  }
  return result;
}

} // namespace vigil
