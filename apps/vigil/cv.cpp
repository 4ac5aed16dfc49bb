// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/penalized/cross_validate.hpp"
#include "vigil/penalized/point_baseline.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/cohort_options.hpp"
#include "vigil/study/study_plan.hpp"
#include "vigil/triage/guards.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/combat_request.hpp"
#include "apps/vigil/corrected_input.hpp"
#include "apps/vigil/filter_request.hpp"
#include "apps/vigil/path_request.hpp"
#include "apps/vigil/relaxed_output.hpp"
#include "apps/vigil/verbs.hpp"
#include <algorithm>
#include <array>
#include <limits>

namespace vigil::app {

namespace {

/// The horizon of the Brier score; NaN for the other losses, which have none.
double brier_horizon(const Options& options, const Cohort& cohort, penalized::CvLoss loss) {
  const auto horizon = options.number("horizon");
  if (loss != penalized::CvLoss::brier) {
    if (horizon) {
      options.refuse("horizon", "the loss brier beside it", "add --loss brier or drop --horizon");
    }
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (!horizon || !(*horizon > 0.0)) {
    options.refuse("horizon",
                   "a time > 0: the loss brier is the error of the risks at one time",
                   "add --horizon T, in the cohort's unit of time");
  }
  if (options.has("entry")) {
    options.refuse("entry",
                   "subjects under observation from time zero, for the loss brier",
                   "choose another --loss");
  }
  static_cast<void>(triage::require_supported_horizon(
      *cohort.parts().outcome, cohort.weights(), *horizon, "all subjects"));
  return *horizon;
}

penalized::CvOptions cv_options(const Options& options, const Cohort& cohort) {
  penalized::CvOptions cv;
  cv.folds = options.count("folds").value_or(10);
  cv.repeats = options.count("repeats").value_or(1);
  cv.full_grid = options.flag("full_grid").value_or(false);
  cv.preparation = preparation_options(options);
  const bool times = !cohort.has_outcome() || has_times(*cohort.parts().outcome);
  cv.loss = *penalized::parse_cv_loss(
      options.choice("loss",
                     {"partial-likelihood", "concordance", "deviance", "brier"},
                     times ? "partial-likelihood" : "deviance"));
  if (!times && cv.loss != penalized::CvLoss::deviance) {
    options.refuse("loss", "deviance, the loss of an outcome without times", "drop --loss");
  }
  cv.horizon = brier_horizon(options, cohort, cv.loss);
  if (const auto file = options.text("folds_file")) {
    cv.fold_of = read_folds(*file, cohort);
    cv.repeats = size_of(cv.fold_of);
    cv.folds = 0;
    for (const auto& repeat : cv.fold_of) {
      cv.folds = std::max(cv.folds, *std::max_element(repeat.begin(), repeat.end()));
    }
  }
  return cv;
}

void write_curve(const penalized::CrossValidation& cv, const std::filesystem::path& folder) {
  std::vector<Index> index;
  for (Index point = 1; point <= cv.path.points(); ++point) {
    index.push_back(point);
  }
  const std::vector<storage::TableColumn> columns{{"index", index},
                                                  {"lambda", cv.path.lambda},
                                                  {"loss", cv.loss},
                                                  {"loss_se", cv.loss_se},
                                                  {"nonzero", cv.path.nonzero}};
  storage::write_table(folder / "cv.tsv", columns);
}

void write_losses(const penalized::CrossValidation& cv,
                  Index folds,
                  const std::filesystem::path& folder) {
  std::vector<Index> index, repeat, fold;
  std::vector<double> weight;
  const Index per_point = size_of(cv.fold_weight);
  for (Index cell = 0; cell < size_of(cv.fold_loss); ++cell) {
    const Index number = cell % per_point;
    index.push_back(cell / per_point + 1);
    repeat.push_back(number / folds + 1);
    fold.push_back(number % folds + 1);
    weight.push_back(cv.fold_weight[at(number)]);
  }
  const std::vector<storage::TableColumn> columns{{"index", index},
                                                  {"repeat", repeat},
                                                  {"fold", fold},
                                                  {"loss", cv.fold_loss},
                                                  {"weight", weight}};
  storage::write_table(folder / "losses.tsv", columns);
}

void write_folds(const penalized::CrossValidation& cv,
                 const Cohort& cohort,
                 const std::filesystem::path& folder) {
  std::vector<std::string> subject;
  std::vector<Index> repeat, fold;
  for (Index number = 0; number < size_of(cv.fold_of); ++number) {
    for (Index row = 0; row < cohort.subjects(); ++row) {
      if (cv.fold_of[at(number)][at(row)] > 0) {
        subject.push_back(cohort.subject_ids()[at(row)]);
        repeat.push_back(number + 1);
        fold.push_back(cv.fold_of[at(number)][at(row)]);
      }
    }
  }
  const std::vector<storage::TableColumn> columns{
      {"subject", subject}, {"repeat", repeat}, {"fold", fold}};
  storage::write_table(folder / "folds.tsv", columns);
}

void write_baseline(const survival::CoxBaseline& baseline, const std::filesystem::path& folder) {
  std::vector<Index> stratum;
  std::vector<double> time, hazard;
  for (std::size_t number = 0; number < baseline.level.size(); ++number) {
    const auto& curve = baseline.cumulative_hazard[number];
    stratum.insert(stratum.end(), curve.time.size(), baseline.level[number]);
    time.insert(time.end(), curve.time.begin(), curve.time.end());
    hazard.insert(hazard.end(), curve.value.begin(), curve.value.end());
  }
  const std::vector<storage::TableColumn> columns{
      {"stratum", stratum}, {"time", time}, {"cumulative_hazard", hazard}};
  storage::write_table(folder / "baseline.tsv", columns);
}

CvSummary summary_of(const penalized::CrossValidation& cv,
                     const penalized::CvOptions& options,
                     std::uint64_t seed) {
  CvSummary summary{.loss = std::string(penalized::name_of(options.loss)),
                    .horizon = options.horizon,
                    .seed = seed,
                    .lambda_min = {},
                    .lambda_1se = {},
                    .stopped_at = {},
                    .undefined_because = cv.undefined_because};
  if (!cv.undefined()) {
    summary.lambda_min = cv.path.lambda[at(cv.minimum)];
    summary.lambda_1se = cv.path.lambda[at(cv.one_se)];
    if (cv.stopped_at != no_index) {
      summary.stopped_at = cv.stopped_at + 1;
    }
  }
  return summary;
}

void say_choice(const penalized::CrossValidation& cv, const PathInput& input, Log& log) {
  if (cv.undefined()) {
    log.say("cv        undefined: " + cv.undefined_because);
    return;
  }
  const auto at_point = [&](Index point) {
    return number_text(cv.path.lambda[at(point)]) + " (" + number_text(cv.path.nonzero[at(point)]) +
           " nonzero)";
  };
  log.say("cv        lambda_min " + at_point(cv.minimum) + ", lambda_1se " + at_point(cv.one_se));
  if (input.relaxed) {
    log.say("relaxed   gamma_min " + number_text(*input.relaxed->gamma_min) + ", lambda_min " +
            number_text(*input.relaxed->lambda_min) + " (" + number_text(*input.relaxed->nonzero) +
            " nonzero)");
  }
}

/// A pilot has folds inside of each fold: columns of their own would be held beside those of the folds.
void refuse_adaptive(const Options& options,
                     const PathInput& input,
                     const CorrectedInput& corrected) {
  if (input.adaptive && corrected.combat()) {
    options.refuse(
        "penalty",
        "another penalty beside --combat: the pilots of its folds are not corrected anew",
        "drop --combat or choose another --penalty");
  }
}

int run_cv(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto folder = session.output_folder("cv-results");
  const auto seed = session.seed();
  const Cohort cohort = open_input(invocation, invocation.argument(), ByDefault::all_numeric);
  auto input = path_input(invocation.options, cohort);
  auto options = cv_options(invocation.options, cohort);
  options.adaptive = input.adaptive;
  options.relax = input.relax;
  input.filter = options.preparation.filter;
  check_filter(invocation.options, input.filter);
  check_beside_cuts(invocation.options, options.preparation.cut);
  FitContext context{session.scheduler(), session.memory_bytes()};
  const CorrectedInput corrected(cohort, invocation.options, options.preparation.cut, context);
  refuse_adaptive(invocation.options, input, corrected);
  input.combat = combat_json(corrected.combat());
  input.cuts = cuts_json(corrected.cuts());
  corrected.say("each fold has its own", session.log());
  const auto data = corrected.data();
  const std::vector<CaseWeights> weights{cohort.weights()};
  const auto prepared = fit_preparations(data, weights, options.preparation, session.scheduler());
  const std::vector<FitItem> items{{weights.front(), prepared.front(), RandomKey(seed)}};
  const std::vector<penalized::PathRequest> requests{{input.penalty, input.grid}};
  const auto cv =
      penalized::cross_validate({data, items, corrected.training()}, requests, options, context)
          .front();
  if (!cv.pilots.empty()) {
    input.pilot = cv.pilots.front();
  }
  write_path(cv.path, input, data.covariates(), folder);
  write_curve(cv, folder);
  if (input.relax) {
    const auto relaxed = cv.relaxed.value_or(penalized::RelaxedValidation{});
    write_relaxed(relaxed.path, cv.path, input, data.covariates(), folder);
    write_relaxed_curves(relaxed, cv.path, folder);
  }
  if (cv.relaxed) {
    input.relaxed = relaxed_summary(*cv.relaxed, cv.path);
  }
  write_losses(cv, options.folds, folder);
  write_folds(cv, cohort, folder);
  if (!cv.undefined() && has_times(data.outcome)) {
    const auto baseline = penalized::point_baseline(
        data, items.front(), cv.path, cv.minimum, input.penalty.ties, session.scheduler());
    write_baseline(baseline, folder);
  }
  say_choice(cv, input, session.log());
  write_path_summary(cv.path, input, cohort, summary_of(cv, options, seed), folder);
  session.log().say("written   " + folder.string());
  return 0;
}

constexpr std::array own_options{
    OptionSpec{"folds", "K", "folds (default 10)"},
    OptionSpec{"repeats", "R", "repeats (default 1)"},
    OptionSpec{"folds-file", "F", "table: subject, repeat, fold"},
    OptionSpec{
        "loss",
        "NAME",
        "partial-likelihood (default), concordance, brier or deviance (default without times)"},
    OptionSpec{"horizon", "T", "time of the loss brier, which needs one"},
    OptionSpec{"full-grid", "", "no early stop"},
};

/// Both sets of options, as one table.
std::span<const OptionSpec> all_options() {
  static const auto table = [] {
    std::vector<OptionSpec> joined(path_options().begin(), path_options().end());
    joined.insert(joined.end(), own_options.begin(), own_options.end());
    joined.insert(joined.end(), filter_options().begin(), filter_options().end());
    joined.push_back(choose_cut_option);
    joined.insert(joined.end(), combat_specs.begin(), combat_specs.end());
    return joined;
  }();
  return table;
}

} // namespace

const Verb& cv_verb() {
  static const Verb verb{
      .name = "cv",
      .arguments = "COHORT",
      .least_arguments = 1,
      .most_arguments = 1,
      .summary = "cross-validated path: lambda_min, lambda_1se, losses by fold",
      .details =
          "Writes path's files and cv.tsv, losses.tsv, folds.tsv, baseline.tsv at lambda_min, "
          "summary.json; with --relax relaxed_cv.tsv.",
      .options = all_options(),
      .reads_cohort = true,
      .run = &run_cv};
  return verb;
}

} // namespace vigil::app
