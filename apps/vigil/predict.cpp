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
#include "apps/vigil/prediction_table.hpp"
#include "apps/vigil/verbs.hpp"
#include <array>
#include <cmath>
#include <filesystem>
#include <optional>
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
  for (const char* key : {"horizons", "rmst", "quantile", "own_interval"}) {
    if (options.has(key)) {
      options.refuse(
          key,
          "a model of the time to an event; this one predicts an outcome that is no time",
          "leave it out: the score is the prediction");
    }
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

/// A forest that is asked for its own interval, or any other model.
struct Loaded {
  std::optional<forest::SurvivalForest> forest;
  std::optional<AnyModel> model;
};

Loaded load(const std::filesystem::path& file, const Options& options) {
  const Record record = read_model(file, options);
  if (record.kind() == forest::RegressionForest::kind) {
    refuse_times(options);
  }
  if (options.has("own_interval")) {
    return {.forest = forest::SurvivalForest::from_record(record), .model = {}};
  }
  return {.forest = {}, .model = load_model(record)};
}

/// What predictions.tsv is to hold.
struct Wanted {
  std::vector<double> horizons, restricted, quantiles;
  std::optional<double> own_level; ///< of the forest's own interval
};

Wanted read_wanted(const Options& options) {
  Wanted wanted{.horizons = options.numbers("horizons"),
                .restricted = options.numbers("rmst"),
                .quantiles = options.numbers("quantile"),
                .own_level = options.number("own_interval")};
  for (const double end : wanted.restricted) {
    if (!(end > 0.0 && std::isfinite(end))) {
      options.refuse("rmst", "times > 0");
    }
  }
  for (const double quantile : wanted.quantiles) {
    if (!(quantile > 0.0 && quantile < 1.0)) {
      options.refuse("quantile", "numbers between 0 and 1");
    }
  }
  if (wanted.own_level && !(*wanted.own_level > 0.0 && *wanted.own_level < 1.0)) {
    options.refuse("own_interval", "a level between 0 and 1, as 0.95");
  }
  if (wanted.own_level && wanted.horizons.empty()) {
    options.refuse("own_interval", "horizons: the interval is one of risks", "name --horizons");
  }
  return wanted;
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
  const Wanted wanted = read_wanted(options);
  const std::filesystem::path file =
      options.text("o").value_or((session.output_folder(".") / "predictions.tsv").string());
  Loaded loaded = load(invocation.argument(0), options);
  const Cohort cohort = open_input(invocation, invocation.argument(1), ByDefault::all_numeric);
  FitContext context{session.scheduler(), session.memory_bytes()};
  std::optional<forest::OwnInterval> own;
  if (loaded.forest) {
    own = own_interval(
        *loaded.forest, cohort.covariates(), wanted.horizons, *wanted.own_level, context);
    loaded.model = AnyModel(*std::move(loaded.forest));
  }
  const auto curves = predict_curves(
      *loaded.model,
      cohort.covariates(),
      {.horizons = wanted.horizons, .restricted = wanted.restricted, .quantiles = wanted.quantiles},
      context);
  auto columns = prediction_columns(cohort, curves.prediction);
  add_columns("rmst", wanted.restricted, curves.restricted_mean, columns);
  add_columns("time", wanted.quantiles, curves.time_quantile, columns);
  if (own) {
    add_own_interval(*own, wanted.horizons, columns);
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
    OptionSpec{"horizons", "H1,H2", "times at which to give risks"},
    OptionSpec{"rmst", "T1,T2", "restricted mean times up to these, by the predicted survival"},
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
