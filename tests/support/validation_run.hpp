// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/text.hpp"
#include "vigil/validate/summarise.hpp"

#include "tests/support/toy_learner.hpp"
#include <string>
#include <utility>
#include <vector>

namespace vigil::test {

/// Records and final models of toy learners on one plan.
struct ValidationRun {
  Cohort cohort;
  CaseWeights within;
  ResamplePlan plan;
  std::vector<ResampleRecord> records;
  std::vector<FinalModel> final_models;
  std::vector<ResampleRecord> apparent;

  [[nodiscard]] ValidationResults results() const {
    return {.cohort = cohort, .within = within, .plan = plan, .records = records};
  }
  [[nodiscard]] ValidationResults results_with_apparent() const {
    ValidationResults all = results();
    all.apparent = apparent;
    return all;
  }
};

/// Learners `best` (selects a marker or clinical column) and `first` (the first marker).
[[nodiscard]] inline ValidationRun
run_toys(const Cohort& cohort, ResamplePlan plan, const std::vector<double>& horizons) {
  Scheduler scheduler(1);
  FitContext context{scheduler};
  const std::vector<NamedLearner> learners{
      {.name = "best", .learner = AnyLearner(ToyLearner{})},
      {.name = "first", .learner = AnyLearner(ToyLearner{.only = 0})}};
  ValidationRun run{.cohort = cohort,
                    .within = cohort.weights(),
                    .plan = std::move(plan),
                    .records = {},
                    .final_models = {},
                    .apparent = {}};
  validate(
      {.cohort = cohort, .plan = run.plan, .learners = learners, .request = {.horizons = horizons}},
      [&](const ResampleRecord& record) { run.records.push_back(record); },
      context);
  run.final_models = fit_final({.cohort = cohort,
                                .weights = run.within,
                                .learners = learners,
                                .request = {.horizons = horizons},
                                .key = RandomKey(1)},
                               context);
  for (const FinalModel& model : run.final_models) {
    run.apparent.push_back(model.apparent);
  }
  return run;
}

/// Harrell's C over the listed subjects by comparing every pair (no tied times), and the number of pairs.
struct PlainC {
  double value = 0.0, pairs = 0.0;
};
[[nodiscard]] inline PlainC plain_c(const SurvivalOutcome& outcome,
                                    std::span<const Index> subjects,
                                    std::span<const double> score) {
  double concordant = 0.0, pairs = 0.0;
  for (Index a = 0; a < size_of(subjects); ++a) {
    for (Index b = 0; b < size_of(subjects); ++b) {
      const Index i = subjects[at(a)], j = subjects[at(b)];
      if (outcome.event[at(i)] != 0 && outcome.time[at(i)] < outcome.time[at(j)]) {
        pairs += 1.0;
        concordant += score[at(a)] > score[at(b)] ? 1.0 : score[at(a)] == score[at(b)] ? 0.5 : 0.0;
      }
    }
  }
  return {.value = concordant / pairs, .pairs = pairs};
}

/// Every number of a summary as text: two summaries are the same when these are.
[[nodiscard]] inline std::string all_text(const Summary& summary) {
  std::string text;
  const auto add = [&](std::initializer_list<double> values) {
    for (const double value : values) {
      text += number_text(value) + " ";
    }
    text += "\n";
  };
  for (const PerformanceRow& row : summary.performance) {
    text += row.learner + " " + row.measure + " " + row.resampling + " " + row.interval_method +
            " " + row.undefined_because + " ";
    add({row.horizon, row.threshold, row.estimate, row.se, row.lower, row.upper});
  }
  for (const ComparisonRow& row : summary.comparisons) {
    text += row.learner + " " + row.reference + " " + row.measure + " ";
    add({row.horizon, row.difference, row.se, row.lower, row.upper, row.p});
  }
  for (const CentreRow& row : summary.centres) {
    text += row.learner + " " + row.measure + " " + row.centre + " ";
    add({row.estimate, row.se, row.mu, row.tau2, row.i2, row.lower, row.prediction_upper});
  }
  return text;
}

} // namespace vigil::test
