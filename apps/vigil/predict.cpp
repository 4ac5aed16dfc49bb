// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/forest/regression_forest.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/storage/record_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/curve_summary.hpp"
#include "vigil/study/registry.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/prediction_table.hpp"
#include "apps/vigil/verbs.hpp"
#include <array>
#include <cmath>
#include <span>
#include <string>
#include <vector>

namespace vigil::app {

namespace {

/// name@number for each of the numbers.
void add_columns(const char* name,
                 const std::vector<double>& numbers,
                 const std::vector<std::vector<double>>& values,
                 std::vector<storage::TableColumn>& columns) {
  for (std::size_t place = 0; place < numbers.size(); ++place) {
    columns.push_back({std::string(name) + "@" + number_text(numbers[place]), values[place]});
  }
}

/// For a model whose outcome is no time.
void refuse_times(const Options& options) {
  for (const char* key : {"horizons", "every_cause", "rmst", "time_lost", "quantile"}) {
    if (options.has(key)) {
      options.refuse(
          key,
          "a model of the time to an event; this one predicts an outcome that is no time",
          "leave it out: the score is the prediction");
    }
  }
}

/// risk_K@t: of cause K by each horizon, cause after cause.
void add_causes(const forest::SurvivalForest& forest,
                const Cohort& cohort,
                const std::vector<double>& horizons,
                FitContext& context,
                std::vector<storage::TableColumn>& columns) {
  for (Index cause = 1; cause <= size_of(forest.causes().names); ++cause) {
    const auto prediction =
        forest.predict_cause(cause, cohort.covariates(), {.horizons = horizons}, context);
    for (Index horizon = 0; horizon < size_of(horizons); ++horizon) {
      const auto risk = prediction.risk.at_horizon(horizon);
      columns.push_back({"risk_" + forest.causes().names[at(cause - 1)] + "@" +
                             number_text(horizons[at(horizon)]),
                         std::vector<double>(risk.begin(), risk.end())});
    }
  }
}

struct PredictRequest {
  std::vector<double> horizons, rmst, time_lost, quantiles;
  bool every_cause = false;
};

PredictRequest read_request(const Options& options) {
  PredictRequest request{.horizons = options.numbers("horizons"),
                         .rmst = options.numbers("rmst"),
                         .time_lost = options.numbers("time_lost"),
                         .quantiles = options.numbers("quantile"),
                         .every_cause = options.flag("every_cause").value_or(false)};
  const auto check_times = [&](const char* option, const std::vector<double>& times) {
    for (const double time : times) {
      if (!(time > 0.0 && std::isfinite(time))) {
        options.refuse(option, "times > 0");
      }
    }
  };
  check_times("rmst", request.rmst);
  check_times("time_lost", request.time_lost);
  for (const double quantile : request.quantiles) {
    if (!(quantile > 0.0 && quantile < 1.0)) {
      options.refuse("quantile", "numbers between 0 and 1");
    }
  }
  if (request.every_cause && request.horizons.empty()) {
    options.refuse(
        "every_cause", "--horizons beside it: the times of the risks", "name some times");
  }
  return request;
}

void check_request(const PredictRequest& request, const Record& model, const Options& options) {
  if (model.kind() == forest::RegressionForest::kind) {
    refuse_times(options);
  }
  const bool causes = model.has("causes");
  if (request.every_cause && !causes) {
    options.refuse("every_cause",
                   "a forest of competing risks",
                   "drop the option: this model knows one kind of event");
  }
  if (!request.rmst.empty() && causes) {
    options.refuse(
        "rmst",
        "a model of one kind of event: where another cause comes first there is no time to "
        "the event whose mean this could be",
        "ask for --time-lost T, the time that the cause takes before T");
  }
}

/// How much of the time up to each end is after the event: the ends less the restricted means.
std::vector<std::vector<double>> time_lost(const std::vector<double>& ends,
                                           std::span<const std::vector<double>> restricted_mean) {
  std::vector<std::vector<double>> lost(restricted_mean.begin(), restricted_mean.end());
  for (std::size_t place = 0; place < ends.size(); ++place) {
    for (double& value : lost[place]) {
      value = ends[place] - value;
    }
  }
  return lost;
}

int run_predict(const Invocation& invocation) {
  auto& session = invocation.session;
  const Options& options = invocation.options;
  const PredictRequest request = read_request(options);
  const std::filesystem::path file =
      options.text("o").value_or((session.output_folder(".") / "predictions.tsv").string());
  const Record record = storage::read_record(invocation.argument(0));
  const auto model = load_model(record);
  check_request(request, record, options);
  const Cohort cohort = open_input(invocation, invocation.argument(1), ByDefault::all_numeric);
  FitContext context{session.scheduler(), session.memory_bytes()};
  std::vector<double> ends = request.rmst;
  ends.insert(ends.end(), request.time_lost.begin(), request.time_lost.end());
  const auto curves = predict_curves(
      model,
      cohort.covariates(),
      {.horizons = request.horizons, .restricted = ends, .quantiles = request.quantiles},
      context);
  auto columns = prediction_columns(cohort, curves.prediction);
  if (request.every_cause) {
    add_causes(
        forest::SurvivalForest::from_record(record), cohort, request.horizons, context, columns);
  }
  add_columns("rmst", request.rmst, curves.restricted_mean, columns);
  const auto means = std::span(curves.restricted_mean).subspan(request.rmst.size());
  add_columns("lost", request.time_lost, time_lost(request.time_lost, means), columns);
  add_columns("time", request.quantiles, curves.time_quantile, columns);
  storage::write_table(file, columns);
  session.log().say("written   " + file.string());
  return 0;
}

constexpr std::array predict_options{
    OptionSpec{"o", "FILE", "the table to write (default: predictions.tsv in --out)"},
    OptionSpec{"horizons", "H1,H2", "times at which to give risks"},
    OptionSpec{"every-cause", "", "of a forest of competing risks: the risks of all causes too"},
    OptionSpec{"rmst", "T1,T2", "restricted mean times up to these, by the predicted survival"},
    OptionSpec{"time-lost", "T1,T2", "mean time after the event, up to these"},
    OptionSpec{"quantile", "Q1,Q2", "times by which the predicted risk reaches these"},
};

} // namespace

const Verb predict_verb{.name = "predict",
                        .arguments = "MODEL COHORT",
                        .least_arguments = 2,
                        .most_arguments = 2,
                        .summary = "scores and risks of a cohort by a fitted model",
                        .details = "",
                        .options = predict_options,
                        .reads_cohort = true,
                        .run = &run_predict};

} // namespace vigil::app
