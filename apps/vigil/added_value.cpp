// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/select/global_test.hpp"
#include "vigil/select/nested_test.hpp"
#include "vigil/select/prevalidation.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/study/cohort_options.hpp"
#include "vigil/version.hpp"

#include "apps/vigil/cohort_run.hpp"
#include "apps/vigil/verbs.hpp"
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace vigil::app {

namespace {

using nlohmann::ordered_json;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

struct AddedValueOptions {
  Index draws = 1000;
  select::PrevalidationOptions prevalidation = {};
};

AddedValueOptions added_value_options(const Options& options) {
  AddedValueOptions result;
  const auto count = [&](const char* key, Index least, Index otherwise) {
    const Index value = options.count(key).value_or(otherwise);
    if (value < least) {
      options.refuse(
          key, number_text(least) + " or more", "the default is " + number_text(otherwise));
    }
    return value;
  };
  result.draws = count("draws", 0, result.draws);
  auto& prevalidation = result.prevalidation;
  prevalidation.draws = count("pipeline_draws", 0, prevalidation.draws);
  prevalidation.folds = count("folds", 2, prevalidation.folds);
  prevalidation.inner_folds = count("inner_folds", 2, prevalidation.inner_folds);
  prevalidation.ties =
      *survival::parse_ties(options.choice("ties", {"breslow", "efron"}, "breslow"));
  prevalidation.impute = preparation_options(options).impute;
  return result;
}

struct AddedValue {
  std::vector<std::string> features, adjusted;
  select::NestedTests nested;
  select::GlobalTests global;
  select::Prevalidation prevalidated;
};

/// One line of added_value.tsv.
struct Line {
  std::string test;
  double statistic = not_a_number, freedom = not_a_number, p = not_a_number;
  double estimate = not_a_number, lower = not_a_number, upper = not_a_number;
  double expected = not_a_number, draws = not_a_number;
  std::string undefined_because = {};
};

Line line_of(const char* name, const select::NestedTest& test) {
  const bool defined = test.undefined_because.empty();
  return {.test = name,
          .statistic = test.chi_square,
          .freedom = defined ? static_cast<double>(test.degrees_of_freedom) : not_a_number,
          .p = test.p,
          .estimate = test.estimate,
          .lower = test.lower,
          .upper = test.upper,
          .undefined_because = test.undefined_because};
}

Line line_of(const char* name, const select::GlobalTest& test) {
  return {.test = name,
          .statistic = test.statistic,
          .p = test.p,
          .expected = test.expected,
          .draws = static_cast<double>(test.draws),
          .undefined_because = test.undefined_because};
}

std::vector<Line> lines_of(const AddedValue& value) {
  return {line_of("likelihood_ratio", value.nested.likelihood_ratio),
          line_of("score", value.nested.score),
          line_of("global_permutation", value.global.permutation),
          line_of("global_multipliers", value.global.multipliers),
          {.test = "prevalidated_score",
           .statistic = value.prevalidated.z,
           .p = value.prevalidated.p,
           .estimate = value.prevalidated.coefficient,
           .draws = static_cast<double>(value.prevalidated.draws),
           .undefined_because = value.prevalidated.undefined_because}};
}

void write_tests(const std::vector<Line>& lines, const std::filesystem::path& folder) {
  std::vector<storage::TableColumn> columns;
  std::vector<std::string> test, reason;
  for (const Line& line : lines) {
    test.push_back(line.test);
    reason.push_back(line.undefined_because);
  }
  columns.push_back({"test", std::move(test)});
  const auto add = [&](const char* name, double Line::*member) {
    std::vector<double> values;
    values.reserve(lines.size());
    for (const Line& line : lines) {
      values.push_back(line.*member);
    }
    columns.push_back({name, std::move(values)});
  };
  add("statistic", &Line::statistic);
  add("df", &Line::freedom);
  add("p", &Line::p);
  add("estimate", &Line::estimate);
  add("lower", &Line::lower);
  add("upper", &Line::upper);
  add("expected", &Line::expected);
  add("draws", &Line::draws);
  columns.push_back({"undefined_because", std::move(reason)});
  storage::write_table(folder / "added_value.tsv", columns);
}

/// subject, fold, score.
void write_scores(const select::Prevalidation& prevalidated,
                  const Cohort& cohort,
                  const std::filesystem::path& folder) {
  std::vector<std::string> subject;
  std::vector<Index> fold;
  std::vector<double> score;
  for (Index row = 0; row < cohort.subjects(); ++row) {
    subject.push_back(cohort.subject_ids()[at(row)]);
    fold.push_back(prevalidated.fold[at(row)]);
    score.push_back(prevalidated.score[at(row)]);
  }
  const std::vector<storage::TableColumn> columns{
      {"subject", std::move(subject)}, {"fold", std::move(fold)}, {"score", std::move(score)}};
  storage::write_table(folder / "prevalidated.tsv", columns);
}

void write_summary(const AddedValue& value,
                   const AddedValueOptions& options,
                   std::uint64_t seed,
                   const Cohort& cohort,
                   const std::filesystem::path& folder) {
  ordered_json out;
  out["intended_use"] = intended_use;
  out["vigil"] = version;
  out["file"] = cohort.parts().file_name;
  out["sha256"] = cohort.provenance().file_digest;
  out["subjects"] = cohort.subjects();
  out["events"] = cohort.events();
  out["features"] = size_of(value.features);
  out["adjusted_for"] = value.adjusted;
  out["ties"] = survival::name_of(options.prevalidation.ties);
  out["seed"] = seed;
  out["draws"] = options.draws;
  out["pipeline_draws"] = options.prevalidation.draws;
  out["folds"] = options.prevalidation.folds;
  out["inner_folds"] = options.prevalidation.inner_folds;
  ordered_json tests = ordered_json::array();
  for (const Line& line : lines_of(value)) {
    tests.push_back({{"test", line.test},
                     {"p", std::isfinite(line.p) ? ordered_json(line.p) : ordered_json(nullptr)},
                     {"undefined_because", line.undefined_because}});
  }
  out["tests"] = std::move(tests);
  out["how_much"] = "these tests say whether, not how much: compare measures on held-out subjects "
                    "(vigil run with a clinical and a full learner, comparisons.tsv)";
  report::write_file(folder / "summary.json", out.dump(2) + "\n");
}

std::string p_text(double p) {
  return std::isfinite(p) ? (p < 1e-4 ? "p < 0.0001" : "p = " + fixed_text(p, 4)) : "no p";
}

void say_result(const AddedValue& value, Session& session) {
  auto& log = session.log();
  log.say("tested    " + count_text(size_of(value.features)) + " features beyond " +
          count_text(size_of(value.adjusted)) + " clinical columns");
  for (const Line& line : lines_of(value)) {
    std::string name = line.test;
    name.resize(20, ' ');
    log.say("          " + name +
            (line.undefined_because.empty() ? p_text(line.p) : "none: " + line.undefined_because));
  }
}

AddedValue added_value(const AddedValueOptions& options, CohortRun& run) {
  const TrainingData data = run.cohort.data();
  const CaseWeights within = run.cohort.weights();
  const auto& prevalidation = options.prevalidation;
  const auto null = select::fit_null_model(
      data,
      within,
      {.who = "added-value", .impute = prevalidation.impute, .ties = prevalidation.ties},
      run.context.scheduler);
  const select::TestedFeatures features(
      null, data, within, prevalidation.impute, run.context.scheduler);
  const RandomKey key = RandomKey(run.seed).child("added value");
  AddedValue value;
  for (const Index column : features.columns()) {
    value.features.push_back(data.covariates().info(column).name);
  }
  for (const Index column : null.columns) {
    value.adjusted.push_back(data.covariates().info(column).name);
  }
  value.nested = select::nested_tests(features);
  value.global = select::global_tests(features, options.draws, key.child("global"), run.context);
  value.prevalidated = select::prevalidation(
      null, data, within, prevalidation, key.child("prevalidation"), run.context);
  return value;
}

int run_added_value(const Invocation& invocation) {
  const auto options = added_value_options(invocation.options);
  return run_on_cohort(invocation, "added-value-results", [&](CohortRun& run) {
    const AddedValue value = added_value(options, run);
    write_tests(lines_of(value), run.folder);
    write_scores(value.prevalidated, run.cohort, run.folder);
    write_summary(value, options, run.seed, run.cohort, run.folder);
    say_result(value, run.session);
  });
}

constexpr std::array own_options{
    OptionSpec{"draws", "N", "draws of the global test (default 1000; 0: none)"},
    OptionSpec{
        "pipeline-draws",
        "N",
        "permutations of the features through the whole pre-validation (default 99; 0: none)"},
    OptionSpec{"folds", "K", "of the pre-validated score (default 5)"},
    OptionSpec{"inner-folds", "K", "that choose its penalty (default 5)"},
    OptionSpec{"ties", "breslow|efron", "tied event times (default breslow)"},
};

} // namespace

const Verb added_value_verb{
    .name = "added-value",
    .arguments = "COHORT",
    .least_arguments = 1,
    .most_arguments = 1,
    .summary = "do the features add anything to the clinical columns",
    .details = "Writes added_value.tsv, prevalidated.tsv, summary.json: likelihood-ratio and score "
               "test of few features, global test of many, and a pre-validated score. They say "
               "whether, not how much: for that compare measures on held-out subjects (vigil run).",
    .options = own_options,
    .reads_cohort = true,
    .run = &run_added_value};

} // namespace vigil::app
