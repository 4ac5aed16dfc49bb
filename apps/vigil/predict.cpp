// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/forest/read_trees.hpp"
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

/// The model, or the forest of some of its trees.
AnyModel read_model(const std::filesystem::path& file, const Options& options) {
  const storage::RecordFile stored(file);
  if (!options.has("first_tree") && !options.has("trees")) {
    return load_model(stored.read());
  }
  forest::TreeNumbers wanted;
  if (options.has("first_tree")) {
    wanted.first = count_of(options, "first_tree", 0, 0);
  }
  if (options.has("trees")) {
    wanted.count = count_of(options, "trees", 1, 1);
  }
  return load_model(forest::read_trees(stored, wanted));
}

int run_predict(const Invocation& invocation) {
  auto& session = invocation.session;
  const Options& options = invocation.options;
  const auto horizons = options.numbers("horizons"), ends = options.numbers("rmst"),
             quantiles = options.numbers("quantile");
  for (const double end : ends) {
    if (!(end > 0.0 && std::isfinite(end))) {
      options.refuse("rmst", "times > 0");
    }
  }
  for (const double quantile : quantiles) {
    if (!(quantile > 0.0 && quantile < 1.0)) {
      options.refuse("quantile", "numbers between 0 and 1");
    }
  }
  const std::filesystem::path file =
      options.text("o").value_or((session.output_folder(".") / "predictions.tsv").string());
  const auto model = read_model(invocation.argument(0), options);
  const Cohort cohort = open_input(invocation, invocation.argument(1), ByDefault::all_numeric);
  FitContext context{session.scheduler(), session.memory_bytes()};
  const auto curves =
      predict_curves(model,
                     cohort.covariates(),
                     {.horizons = horizons, .restricted = ends, .quantiles = quantiles},
                     context);
  auto columns = prediction_columns(cohort, curves.prediction);
  add_columns("rmst", ends, curves.restricted_mean, columns);
  add_columns("time", quantiles, curves.time_quantile, columns);
  storage::write_table(file, columns);
  session.log().say("written   " + file.string());
  return 0;
}

constexpr std::array predict_options{
    OptionSpec{"o", "FILE", "the table to write (default: predictions.tsv in --out)"},
    OptionSpec{"horizons", "H1,H2", "times at which to give risks"},
    OptionSpec{"rmst", "T1,T2", "restricted mean times up to these, by the predicted survival"},
    OptionSpec{"quantile", "Q1,Q2", "times by which the predicted risk reaches these"},
    OptionSpec{"first-tree", "N", "by the trees of a forest from this number on (default: all)"},
    OptionSpec{"trees", "N", "by so many of them"},
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
