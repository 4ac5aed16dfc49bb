// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/storage/record_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/registry.hpp"
#include "vigil/study/study_rows.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/verbs.hpp"
#include <array>

namespace vigil::app {

namespace {

void add_risks(const char* name,
               const RiskTable& table,
               std::vector<storage::TableColumn>& columns) {
  for (Index horizon = 0; horizon < size_of(table.horizon); ++horizon) {
    const auto values = table.at_horizon(horizon);
    columns.push_back({std::string(name) + "@" + number_text(table.horizon[at(horizon)]),
                       std::vector<double>(values.begin(), values.end())});
  }
}

std::vector<storage::TableColumn> prediction_columns(const Cohort& cohort,
                                                     const Prediction& prediction) {
  const auto ids = cohort.subject_ids();
  std::vector<storage::TableColumn> columns{
      {"subject", std::vector<std::string>(ids.begin(), ids.end())}};
  if (cohort.has_outcome()) {
    if (const auto* survival = std::get_if<SurvivalOutcome>(&*cohort.parts().outcome)) {
      columns.push_back({"time", survival->time});
      columns.push_back(
          {"event", std::vector<Index>(survival->event.begin(), survival->event.end())});
    }
  }
  const auto& centre = cohort.parts().centre;
  if (!centre.empty()) {
    std::vector<std::string> names;
    for (const Index level : centre.level) {
      names.push_back(level == no_index ? "" : centre.names[at(level)]);
    }
    columns.push_back({"centre", std::move(names)});
  }
  columns.push_back({"score", prediction.score});
  add_risks("risk", prediction.risk, columns);
  if (prediction.lower && prediction.upper) {
    add_risks("lower", *prediction.lower, columns);
    add_risks("upper", *prediction.upper, columns);
  }
  return columns;
}

int run_predict(const Invocation& invocation) {
  auto& session = invocation.session;
  const auto horizons = invocation.options.numbers("horizons");
  const std::filesystem::path file = invocation.options.text("o").value_or(
      (session.output_folder(".") / "predictions.tsv").string());
  const auto model = load_model(storage::read_record(invocation.argument(0)));
  const Cohort cohort = open_input(invocation, invocation.argument(1), ByDefault::all_numeric);
  FitContext context{session.scheduler(), session.memory_bytes()};
  const auto prediction = model.predict(cohort.covariates(), {horizons}, context);
  storage::write_table(file, prediction_columns(cohort, prediction));
  session.log().say("written   " + file.string());
  return 0;
}

constexpr std::array predict_options{
    OptionSpec{"o", "FILE", "the table to write (default: predictions.tsv in --out)"},
    OptionSpec{"horizons", "H1,H2", "times at which to give risks"},
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
