// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/forest/own_interval.hpp"
#include "vigil/forest/read_trees.hpp"
#include "vigil/forest/regression_forest.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/storage/record_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/curve_summary.hpp"
#include "vigil/study/option_count.hpp"
#include "vigil/study/registry.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/combat_request.hpp"
#include "apps/vigil/prediction_table.hpp"
#include "apps/vigil/verbs.hpp"
#include <array>
#include <cmath>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
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
  for (const char* key :
       {"horizons", "every_cause", "rmst", "time_lost", "quantile", "own_interval"}) {
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

/// What predictions.tsv is to hold.
struct PredictRequest {
  std::vector<double> horizons, rmst, time_lost, quantiles;
  bool every_cause = false;
  std::optional<double> own_level; ///< of the forest's own interval
};

PredictRequest read_request(const Options& options) {
  PredictRequest request{.horizons = options.numbers("horizons"),
                         .rmst = options.numbers("rmst"),
                         .time_lost = options.numbers("time_lost"),
                         .quantiles = options.numbers("quantile"),
                         .every_cause = options.flag("every_cause").value_or(false),
                         .own_level = options.number("own_interval")};
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
  if (request.own_level && !(*request.own_level > 0.0 && *request.own_level < 1.0)) {
    options.refuse("own_interval", "a level between 0 and 1, as 0.95");
  }
  if (request.own_level && request.horizons.empty()) {
    options.refuse("own_interval", "horizons: the interval is one of risks", "name --horizons");
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

/// The model, or the forest of some of its trees.
Record read_model(const std::filesystem::path& file, const Options& options) {
  const storage::RecordFile stored(file);
  if (!options.has("first_tree") && !options.has("trees")) {
    return stored.read();
  }
  forest::TreeNumbers wanted;
  if (options.has("first_tree")) {
    wanted.first = count_of(options, "first_tree", 0, 0);
  }
  if (options.has("trees")) {
    wanted.count = count_of(options, "trees", 1, 1);
  }
  return forest::read_trees(stored, wanted);
}

/// A forest that is asked for what it alone has, or any other model.
struct Loaded {
  std::optional<forest::SurvivalForest> forest;
  std::optional<AnyModel> model;
};

Loaded
load(const std::filesystem::path& file, const PredictRequest& request, const Options& options) {
  const Record record = read_model(file, options);
  check_request(request, record, options);
  if (request.own_level || request.every_cause) {
    refuse_corrected(record, request.own_level ? "--own-interval" : "--every-cause");
    return {.forest = forest::SurvivalForest::from_record(record), .model = {}};
  }
  return {.forest = {}, .model = load_model(record)};
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

/// average_se@h, average_lower@h, average_upper@h, then average_note@h: why there is none, or that it is floored.
void add_own_interval(const forest::OwnInterval& own,
                      const std::vector<double>& horizons,
                      std::vector<storage::TableColumn>& columns) {
  const auto add = [&](const std::string& name, const RiskTable& table) {
    for (Index number = 0; number < size_of(horizons); ++number) {
      const auto values = table.at_horizon(number);
      columns.push_back({name + "@" + number_text(horizons[at(number)]),
                         std::vector<double>(values.begin(), values.end())});
    }
  };
  add("average_se", own.se);
  add("average_lower", own.lower);
  add("average_upper", own.upper);
  const Index subjects = own.se.subjects();
  for (Index number = 0; number < size_of(horizons); ++number) {
    std::vector<std::string> notes(at(subjects), own.undefined_because);
    for (Index subject = 0; subject < subjects; ++subject) {
      if (own.floored[at(number * subjects + subject)] != 0) {
        notes[at(subject)] = "floored";
      }
    }
    columns.push_back({"average_note@" + number_text(horizons[at(number)]), std::move(notes)});
  }
}

int run_predict(const Invocation& invocation) {
  auto& session = invocation.session;
  const Options& options = invocation.options;
  const PredictRequest request = read_request(options);
  const std::filesystem::path file =
      options.text("o").value_or((session.output_folder(".") / "predictions.tsv").string());
  Loaded loaded = load(invocation.argument(0), request, options);
  const std::optional<Combat> combat = loaded.model ? loaded.model->combat() : std::nullopt;
  const Cohort cohort =
      open_input(session, cohort_of_model(invocation, invocation.argument(1), combat));
  say_unseen_batches(combat, cohort, session);
  FitContext context{session.scheduler(), session.memory_bytes()};
  std::optional<forest::OwnInterval> own;
  std::vector<storage::TableColumn> of_causes;
  if (loaded.forest) {
    if (request.own_level) {
      own = own_interval(
          *loaded.forest, cohort.covariates(), request.horizons, *request.own_level, context);
    }
    if (request.every_cause) {
      add_causes(*loaded.forest, cohort, request.horizons, context, of_causes);
    }
    loaded.model = AnyModel(*std::move(loaded.forest));
  }
  std::vector<double> ends = request.rmst;
  ends.insert(ends.end(), request.time_lost.begin(), request.time_lost.end());
  const auto curves = predict_curves(
      *loaded.model,
      cohort.covariates(),
      {.horizons = request.horizons, .restricted = ends, .quantiles = request.quantiles},
      context);
  auto columns = prediction_columns(cohort, curves.prediction);
  columns.insert(columns.end(), of_causes.begin(), of_causes.end());
  add_columns("rmst", request.rmst, curves.restricted_mean, columns);
  const auto means = std::span(curves.restricted_mean).subspan(request.rmst.size());
  add_columns("lost", request.time_lost, time_lost(request.time_lost, means), columns);
  add_columns("time", request.quantiles, curves.time_quantile, columns);
  if (own) {
    add_own_interval(*own, request.horizons, columns);
  }
  storage::write_table(file, columns);
  session.log().say("written   " + file.string());
  if (own) {
    session.log().say(
        own->undefined_because.empty()
            ? "interval  of the forest's own average, not of the risk: it says what "
              "other subjects and trees would give, not how far that is from the truth"
            : "interval  undefined: " + own->undefined_because);
  }
  return 0;
}

constexpr std::array predict_options{
    OptionSpec{"o", "FILE", "the table to write (default: predictions.tsv in --out)"},
    batch_option,
    OptionSpec{"horizons", "H1,H2", "times at which to give risks"},
    OptionSpec{"every-cause", "", "of a forest of competing risks: the risks of all causes too"},
    OptionSpec{"rmst", "T1,T2", "restricted mean times up to these, by the predicted survival"},
    OptionSpec{"time-lost", "T1,T2", "mean time after the event, up to these"},
    OptionSpec{"quantile", "Q1,Q2", "times by which the predicted risk reaches these"},
    OptionSpec{"first-tree", "N", "by the trees of a forest from this number on (default: all)"},
    OptionSpec{"trees", "N", "by so many of them"},
    OptionSpec{
        "own-interval",
        "LEVEL",
        "interval of the average that a forest with half samples estimates, not of the risk"},
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
