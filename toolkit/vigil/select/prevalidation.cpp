// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/prevalidation.hpp"

#include "vigil/penalized/cross_validate.hpp"
#include "vigil/resample/draw_units.hpp"
#include "vigil/resample/plan.hpp"
#include "vigil/resample/weights_where.hpp"
#include "vigil/select/score_multipliers.hpp"
#include "vigil/survival/cox_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

namespace vigil::select {

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Scores of all subjects, or why there are none.
struct Scores {
  std::vector<double> of = {};
  std::string undefined_because = {};
};

/// The features' part of the chosen model for the subjects of its fold.
void add_scores(const TrainingData& data,
                const penalized::CrossValidation& fit,
                const FitItem& item,
                std::span<const Index> members,
                std::vector<double>& score,
                Scheduler& scheduler) {
  const auto features = fit.path.coefficients.features_at(fit.minimum);
  const auto values = fit.path.coefficients.values_at(fit.minimum);
  std::vector<Index> columns;
  std::vector<double> coefficients;
  for (std::size_t place = 0; place < features.size(); ++place) {
    if (values[place] != 0.0 && data.covariates().info(features[place]).penalized) {
      columns.push_back(features[place]);
      coefficients.push_back(values[place]);
    }
  }
  for (const Index subject : members) {
    score[at(subject)] = 0.0;
  }
  if (columns.empty()) {
    return;
  }
  Preparation rules = item.preparation.select(columns);
  const auto raw = raw_columns(data.covariates(), columns, scheduler);
  rules.fill_from(raw, item.weights);
  for (Index place = 0; place < size_of(columns); ++place) {
    const Preparation::Column rule = rules.column(place);
    for (const Index subject : members) {
      const double value = raw[at(place * data.subjects() + subject)];
      score[at(subject)] +=
          coefficients[at(place)] * ((value == value ? value : rule.fill) - rule.centre);
    }
  }
}

Scores out_of_fold_scores(const TrainingData& data,
                          const CaseWeights& within,
                          const PrevalidationOptions& options,
                          std::span<const Index> fold,
                          const RandomKey& key,
                          FitContext& context) {
  std::vector<CaseWeights> training;
  std::vector<std::vector<Index>> members(at(options.folds));
  for (Index number = 1; number <= options.folds; ++number) {
    training.push_back(
        weights_where(within, [&](Index subject) { return fold[at(subject)] != number; }));
    for (const Index subject : within.support()) {
      if (fold[at(subject)] == number) {
        members[at(number - 1)].push_back(subject);
      }
    }
  }
  const PreparationOptions preparation{.impute = options.impute, .standardize = true};
  const auto prepared = fit_preparations(data, training, preparation, context.scheduler);
  const penalized::PenaltyOptions penalty{.ties = options.ties};
  const penalized::CvOptions inner{.folds = options.inner_folds, .preparation = preparation};
  std::vector<FitItem> items;
  std::vector<penalized::PathRequest> requests;
  for (Index number = 0; number < options.folds; ++number) {
    items.push_back({training[at(number)], prepared[at(number)], key.child(number + 1)});
    requests.push_back({penalty});
  }
  const auto fits = penalized::cross_validate({data, items}, requests, inner, context);
  Scores scores{.of = std::vector<double>(at(data.subjects()), not_a_number)};
  for (Index number = 0; number < options.folds; ++number) {
    if (fits[at(number)].undefined()) {
      scores.undefined_because =
          "without fold " + std::to_string(number + 1) + ": " + fits[at(number)].undefined_because;
      return scores;
    }
    add_scores(data,
               fits[at(number)],
               items[at(number)],
               members[at(number)],
               scores.of,
               context.scheduler);
  }
  return scores;
}

/// The test of the scores beside the adjusted columns: z and the coefficient.
std::pair<double, double> signed_root(const NullModel& null, const std::vector<double>& score) {
  const auto& likelihood = null.likelihood;
  std::vector<double> columns; // by subject
  for (Index column = 0; column <= null.adjusted_columns(); ++column) {
    std::vector<double> values(at(likelihood.subjects_in_cohort()), 0.0);
    for (Index row = 0; row < likelihood.rows(); ++row) {
      const Index subject = likelihood.subjects()[at(row)];
      values[at(subject)] = column < null.adjusted_columns()
                                ? null.adjusted[at(column * likelihood.rows() + row)]
                                : score[at(subject)];
    }
    columns.insert(columns.end(), values.begin(), values.end());
  }
  const auto fit = survival::fit_cox(likelihood, columns);
  const double coefficient = fit.coefficient.back();
  if (fit.status != survival::CoxFitStatus::converged || coefficient == 0.0) {
    return {0.0, 0.0};
  }
  const double ratio = std::max(0.0, 2.0 * (fit.log_likelihood - null.log_likelihood));
  return {std::copysign(std::sqrt(ratio), coefficient), coefficient};
}

/// All but the penalized columns, moved to the rows of other subjects of the same centre and stratum: subject i gets what is of
/// from[i]. The matrix stays where it is.
struct MovedRows {
  std::vector<Index> from;
  ClinicalBlock clinical;
  Outcome outcome;
  std::vector<double> offset = {};
  std::vector<Index> fold = {};
  CaseWeights within;

  MovedRows(const TrainingData& data,
            const CaseWeights& weights,
            std::span<const Index> folds,
            std::vector<Index> order)
      : from(std::move(order)), clinical(data.subjects()),
        outcome(select_subjects(data.outcome, from)), within(weights) {
    std::vector<std::uint32_t> times;
    std::vector<double> sampling;
    for (const Index subject : from) {
      times.push_back(weights.times(subject));
      sampling.push_back(weights.sampling(subject));
      fold.push_back(folds[at(subject)]);
      if (!data.offset.empty()) {
        offset.push_back(data.offset[at(subject)]);
      }
    }
    within = CaseWeights::ones(data.subjects()).with_times(times).with_sampling(sampling);
    for (Index column = 0; column < data.clinical.columns(); ++column) {
      const auto values = data.clinical.column(column);
      std::vector<double> moved(values.begin(), values.end());
      if (!data.clinical.info(column).penalized) {
        for (std::size_t subject = 0; subject < moved.size(); ++subject) {
          moved[subject] = values[at(from[subject])];
        }
      }
      clinical.add(data.clinical.info(column), std::move(moved));
    }
  }

  [[nodiscard]] TrainingData data(const TrainingData& other) const {
    return {.features = other.features,
            .clinical = clinical,
            .outcome = outcome,
            .stratum = other.stratum,
            .batch = other.batch,
            .offset = offset,
            .centre = other.centre};
  }
};

/// Rows of weight 0 stay.
std::vector<Index>
permuted_subjects(const TrainingData& data, const CaseWeights& within, const RandomKey& key) {
  std::vector<Index> from(at(data.subjects()));
  std::iota(from.begin(), from.end(), Index{0});
  const auto rows = within.support();
  const auto order = permuted_rows(exchangeable_rows(data, rows), key);
  for (std::size_t place = 0; place < rows.size(); ++place) {
    from[at(rows[place])] = rows[at(order[place])];
  }
  return from;
}

/// z of the draws; NaN where the pipeline has no result.
std::vector<double> permuted_roots(const NullModel& null,
                                   const TrainingData& data,
                                   const CaseWeights& within,
                                   const PrevalidationOptions& options,
                                   std::span<const Index> fold,
                                   const RandomKey& key,
                                   FitContext& context) {
  std::vector<double> roots(at(options.draws), not_a_number);
  FitContext share{context.scheduler, context.memory_bytes / context.scheduler.workers()};
  context.scheduler.for_each(options.draws, [&](Index draw, Index) {
    const MovedRows moved(
        data, within, fold, permuted_subjects(data, within, key.child("permutation").child(draw)));
    const auto scores = out_of_fold_scores(
        moved.data(data), moved.within, options, moved.fold, key.child("draw").child(draw), share);
    if (scores.undefined_because.empty()) {
      std::vector<double> back(scores.of.size(), not_a_number);
      for (std::size_t subject = 0; subject < back.size(); ++subject) {
        back[at(moved.from[subject])] = scores.of[subject];
      }
      roots[at(draw)] = signed_root(null, back).first;
    }
  });
  return roots;
}

std::string why_undefined(const NullModel& null,
                          const TrainingData& data,
                          const CaseWeights& within,
                          const PrevalidationOptions& options) {
  if (!null.undefined_because.empty()) {
    return null.undefined_because;
  }
  const Index events = draw_units(data, within).event_units();
  return events < options.folds
             ? std::to_string(events) + " events for " + std::to_string(options.folds) + " folds"
             : "";
}

} // namespace

Prevalidation prevalidation(const NullModel& null,
                            const TrainingData& data,
                            const CaseWeights& within,
                            const PrevalidationOptions& options,
                            const RandomKey& key,
                            FitContext& context) {
  Prevalidation result{.score = std::vector<double>(at(data.subjects()), not_a_number),
                       .fold = std::vector<Index>(at(data.subjects()), 0),
                       .z = not_a_number,
                       .coefficient = not_a_number,
                       .p = not_a_number,
                       .undefined_because = why_undefined(null, data, within, options)};
  if (!result.undefined_because.empty()) {
    return result;
  }
  result.fold = draw_folds(data, within, options.folds, key.child("folds"));
  auto scores = out_of_fold_scores(data, within, options, result.fold, key, context);
  if (!scores.undefined_because.empty()) {
    result.undefined_because = scores.undefined_because;
    return result;
  }
  result.score = std::move(scores.of);
  std::tie(result.z, result.coefficient) = signed_root(null, result.score);
  if (options.draws == 0 || !data.group.empty()) {
    return result;
  }
  const auto roots = permuted_roots(null, data, within, options, result.fold, key, context);
  const auto reached = std::count_if(roots.begin(), roots.end(), [&](double root) {
    return !(root < result.z); // a draw without a result counts against the features
  });
  result.draws = options.draws;
  result.p = (1.0 + static_cast<double>(reached)) / (1.0 + static_cast<double>(options.draws));
  return result;
}

} // namespace vigil::select
