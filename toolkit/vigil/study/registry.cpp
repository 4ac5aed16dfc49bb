// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/registry.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/forest/forest_learner.hpp"
#include "vigil/forest/regression_forest.hpp"
#include "vigil/penalized/cox_learner.hpp"
#include "vigil/penalized/fine_gray_learner.hpp"
#include "vigil/penalized/penalized_learner.hpp"
#include "vigil/study/cohort_options.hpp"
#include "vigil/study/forest_options.hpp"
#include "vigil/study/option_count.hpp"

#include <array>
#include <string>
#include <vector>

namespace vigil {

namespace {

survival::Ties ties_of(const Options& options, const char* otherwise) {
  return options.choice("ties", {"breslow", "efron"}, otherwise) == "efron"
             ? survival::Ties::efron
             : survival::Ties::breslow;
}

/// Keys that a study sets for every learner and that this one has no use for.
void accept_study_keys(const Options& options) {
  static_cast<void>(options.count("inner_folds"));
  static_cast<void>(preparation_options(options));
}

AnyLearner build_cox(const Options& options) {
  accept_study_keys(options);
  return AnyLearner(penalized::CoxLearner({.ties = ties_of(options, "efron")}));
}

AnyLearner build_cox_net(const Options& options) {
  penalized::PenalizedOptions net;
  if (options.has("l1_ratio")) {
    net.l1_ratio = options.numbers("l1_ratio");
  }
  for (const double ratio : net.l1_ratio) {
    if (!(ratio >= 0.0 && ratio <= 1.0)) {
      options.refuse("l1_ratio", "numbers from 0 (ridge) to 1 (lasso)");
    }
  }
  net.grid.points = count_of(options, "lambdas", net.grid.points, 2);
  net.grid.smallest_fraction = options.number("lambda_min_ratio").value_or(0.0);
  net.inner.folds = count_of(options, "inner_folds", net.inner.folds, 2);
  net.inner.repeats = count_of(options, "inner_repeats", net.inner.repeats, 1);
  net.inner.full_grid = options.flag("full_grid").value_or(false);
  net.inner.preparation = preparation_options(options);
  const auto loss = options.choice(
      "loss", {"partial-likelihood", "concordance", "deviance", "brier"}, "partial-likelihood");
  net.inner.loss = *penalized::parse_cv_loss(loss);
  if (net.inner.loss == penalized::CvLoss::brier) {
    const auto horizon = options.number("horizon");
    if (!horizon || !(*horizon > 0.0)) {
      options.refuse("horizon",
                     "a time > 0: the loss brier is the error of the risks at one time",
                     "name the horizon of the learner; a study with one horizon lends it");
    }
    net.inner.horizon = *horizon;
  }
  net.choice = options.choice("choose", {"minimum", "one-se"}, "minimum") == "minimum"
                   ? penalized::LambdaChoice::minimum
                   : penalized::LambdaChoice::one_se;
  net.ties = ties_of(options, "breslow");
  net.interval_resamples = count_of(options, "interval_resamples", net.interval_resamples, 0);
  return AnyLearner(penalized::PenalizedLearner(std::move(net)));
}

AnyLearner build_fine_gray(const Options& options) {
  accept_study_keys(options);
  return AnyLearner(penalized::FineGrayLearner(
      {.cause_of_interest = options.text("cause_of_interest").value_or("")}));
}

AnyLearner build_survival_forest(const Options& options) {
  accept_study_keys(options);
  return AnyLearner(forest::ForestLearner(forest_options(options)));
}

AnyModel load_survival_forest(const Record& record) {
  return AnyModel(forest::SurvivalForest::from_record(record));
}

AnyModel load_cox_net(const Record& record) {
  return AnyModel(penalized::PenalizedModel::from_record(record));
}

AnyModel load_fine_gray(const Record& record) {
  return AnyModel(penalized::FineGrayModel::from_record(record));
}

AnyModel load_cox(const Record& record) {
  return AnyModel(penalized::CoxModel::from_record(record));
}

constexpr std::array entries{
    LearnerEntry{.name = "cox",
                 .summary = "Cox model of all columns, unpenalized; delta-method risk interval",
                 .source = "Cox 1972",
                 .build = &build_cox,
                 .load = &load_cox},
    LearnerEntry{.name = "cox-net",
                 .summary = "elastic-net Cox model; lambda and l1_ratio by inner cross-validation",
                 .source = "Simon, Friedman, Hastie, Tibshirani 2011",
                 .build = &build_cox_net,
                 .load = &load_cox_net,
                 .draws_random_numbers = true},
    LearnerEntry{.name = "fine-gray",
                 .summary = "cumulative incidence of one cause among several; no risk interval",
                 .source = "Fine and Gray 1999",
                 .build = &build_fine_gray,
                 .load = &load_fine_gray},
    LearnerEntry{.name = "survival-forest",
                 .summary = "random survival forest with guarded log-rank splits; no risk interval",
                 .source = "Ishwaran, Kogalur, Blackstone, Lauer 2008",
                 .build = &build_survival_forest,
                 .load = &load_survival_forest,
                 .draws_random_numbers = true,
                 .check = &check_forest_data},
};

} // namespace

std::span<const LearnerEntry> learner_table() noexcept {
  return entries;
}

const LearnerEntry& find_learner(std::string_view name) {
  std::vector<std::string> names;
  for (const auto& entry : entries) {
    if (entry.name == name) {
      return entry;
    }
    names.emplace_back(entry.name);
  }
  throw ConfigError({.where = "learner",
                     .found = "unknown learner " + quoted(name),
                     .expected = "one of " + join(names, ", "),
                     .remedy = suggestion(name, names) + " (see: vigil list learners)",
                     .problem = "cannot find the learner"});
}

AnyModel load_model(const Record& record) {
  for (const auto& entry : entries) {
    if (entry.name == record.kind()) {
      return entry.load(record).with(Corrections::from_record(record));
    }
  }
  if (record.kind() == forest::RegressionForest::kind) { // no learner: studies need times
    return AnyModel(forest::RegressionForest::from_record(record));
  }
  throw InputError({.where = "the model file",
                    .found = "a model of kind " + quoted(record.kind()),
                    .expected = "a model that vigil fitted",
                    .remedy = "fit it again, or use the version of vigil that wrote it",
                    .problem = "cannot use the model"});
}

} // namespace vigil
