// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/record_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/registry.hpp"

#include "apps/vigil/cohort_input.hpp"
#include "apps/vigil/prediction_table.hpp"
#include "apps/vigil/verbs.hpp"
#include <array>

namespace vigil::app {

namespace {

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
