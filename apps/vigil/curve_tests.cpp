// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/survival/gray_test.hpp"
#include "vigil/survival/log_rank.hpp"
#include "vigil/survival/pseudo_values.hpp"
#include "vigil/survival/single_event.hpp"

#include "apps/vigil/curve_tables.hpp"

namespace vigil::app {

namespace {

/// "log_rank" of one definition of the event.
struct TestRow {
  std::string test, curve;
  survival::GroupTest result = {};
};

TestRow log_rank_row(const char* name,
                     const std::string& curve,
                     const SurvivalOutcome& outcome,
                     const Cohort& cohort,
                     const survival::LogRankOptions& options) {
  const auto found =
      survival::log_rank(outcome, cohort.weights(), cohort.parts().group.level, options);
  return {.test = name,
          .curve = curve,
          .result = {.chi_square = found.chi_square,
                     .degrees_of_freedom = found.degrees_of_freedom,
                     .p = found.p,
                     .undefined_because = found.undefined_because}};
}

std::vector<TestRow> test_rows(const Cohort& cohort, const CurvesRequest& request) {
  const Outcome& outcome = *cohort.parts().outcome;
  const std::span<const Index> stratum = request.strata
                                             ? std::span<const Index>(cohort.parts().stratum.level)
                                             : std::span<const Index>();
  const SurvivalOutcome any = survival::any_event(outcome);
  std::vector<TestRow> rows{
      log_rank_row("log_rank", free_curve, any, cohort, {.rho = 0.0, .stratum = stratum}),
      log_rank_row("peto_peto", free_curve, any, cohort, {.rho = 1.0, .stratum = stratum})};
  Index cause = 0;
  for (const auto& name : cause_names(outcome)) {
    ++cause;
    rows.push_back(
        {.test = "gray",
         .curve = name,
         .result = survival::gray_test(
                       outcome, cohort.weights(), cause, cohort.parts().group.level, stratum)
                       .test});
    rows.push_back(log_rank_row("log_rank_cause_specific",
                                name,
                                survival::only_cause(outcome, cause),
                                cohort,
                                {.rho = 0.0, .stratum = stratum}));
  }
  return rows;
}

} // namespace

std::vector<std::string> write_tests(const Cohort& cohort,
                                     const CurvesRequest& request,
                                     const std::filesystem::path& folder) {
  std::vector<std::string> test, curve, reasons, lines;
  std::vector<double> chi_square, p;
  std::vector<Index> freedom;
  for (const TestRow& row : test_rows(cohort, request)) {
    test.push_back(row.test);
    curve.push_back(row.curve);
    chi_square.push_back(row.result.chi_square);
    freedom.push_back(row.result.degrees_of_freedom);
    p.push_back(row.result.p);
    reasons.push_back(row.result.undefined_because);
    lines.push_back(row.test + " " + row.curve + ": " +
                    (row.result.undefined_because.empty()
                         ? "chi-square " + fixed_text(row.result.chi_square, 3) + " on " +
                               number_text(row.result.degrees_of_freedom) + ", p " +
                               (row.result.p < 1e-4 ? "< 0.0001" : fixed_text(row.result.p, 4))
                         : row.result.undefined_because));
  }
  const std::vector<storage::TableColumn> columns{{"test", test},
                                                  {"curve", curve},
                                                  {"chi_square", chi_square},
                                                  {"degrees_of_freedom", freedom},
                                                  {"p", p},
                                                  {"undefined_because", reasons}};
  storage::write_table(folder / "tests.tsv", columns);
  return lines;
}

void write_pseudo_values(const Cohort& cohort,
                         const CurvesRequest& request,
                         const std::filesystem::path& folder) {
  const Outcome& outcome = *cohort.parts().outcome;
  const auto names = cause_names(outcome);
  std::vector<std::string> subject, curve;
  std::vector<double> horizon, value;
  const auto add = [&](const Outcome& of, Index cause, const std::string& name, double t) {
    const auto values = survival::pseudo_values(of, cohort.weights(), cause, t);
    for (Index i = 0; i < cohort.subjects(); ++i) {
      subject.push_back(cohort.subject_ids()[at(i)]);
      curve.push_back(name);
      horizon.push_back(t);
      value.push_back(name == free_curve ? 1.0 - values[at(i)] : values[at(i)]);
    }
  };
  for (const double t : request.horizons) {
    add(Outcome(survival::any_event(outcome)), 1, free_curve, t);
    for (Index cause = 1; cause <= size_of(names); ++cause) {
      add(outcome, cause, names[at(cause - 1)], t);
    }
  }
  const std::vector<storage::TableColumn> columns{
      {"subject", subject}, {"curve", curve}, {"horizon", horizon}, {"pseudo_value", value}};
  storage::write_table(folder / "pseudo_values.tsv", columns);
}

} // namespace vigil::app
