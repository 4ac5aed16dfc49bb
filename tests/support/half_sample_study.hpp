// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/text.hpp"
#include "vigil/forest/own_interval.hpp"

#include "tests/support/survival_case.hpp"
#include <string>
#include <vector>

namespace vigil::test {

struct HalfSampleStudy {
  Index cohorts = 60, subjects = 200;
  Index half_samples = 60, each = 4;
  double level = 0.95;
};

struct HalfSampleFindings {
  double variance_ratio = 0.0; ///< mean of se^2 over the variance of predictions among cohorts
  double coverage = 0.0;       ///< of the mean prediction among cohorts
  double floored = 0.0;        ///< share of intervals
  double variance = 0.0;       ///< among cohorts, mean over subjects

  [[nodiscard]] std::string text() const {
    return "variance ratio " + number_text(variance_ratio) + ", coverage " + number_text(coverage) +
           ", floored " + number_text(floored) + ", variance " + number_text(variance);
  }
};

/// Forests on fresh cohorts of one population predict the same 40 subjects at one horizon: their predictions beside the
/// intervals that each forest gives.
[[nodiscard]] inline HalfSampleFindings half_sample_study(const HalfSampleStudy& study) {
  constexpr Index asked = 40;
  SurvivalCase others(RandomKey(990), asked, 4, 0);
  const TrainingData probes = others.data();
  const std::vector<double> horizons{0.5};
  Scheduler scheduler(2);
  FitContext context{scheduler};
  std::vector<std::vector<double>> risk(at(asked)), lower(at(asked)), upper(at(asked));
  HalfSampleFindings found;
  double squares = 0.0;
  for (Index cohort = 0; cohort < study.cohorts; ++cohort) {
    SurvivalCase drawn(RandomKey(991).child(cohort), study.subjects, 4, 0);
    const TrainingData data = drawn.data();
    const Preparation preparation(data.columns(), {});
    const auto weights = CaseWeights::ones(study.subjects);
    const auto forest = forest::SurvivalForest::grow(
        data,
        {weights, preparation, RandomKey(992).child(cohort)},
        {.trees = study.half_samples * study.each, .trees_per_half_sample = study.each},
        context);
    const auto own =
        forest::own_interval(forest, probes.covariates(), horizons, study.level, context);
    const auto table = forest.predict(probes.covariates(), {.horizons = horizons}, context).risk;
    for (std::size_t subject = 0; subject < risk.size(); ++subject) {
      risk[subject].push_back(table.value[subject]);
      lower[subject].push_back(own.lower.value[subject]);
      upper[subject].push_back(own.upper.value[subject]);
      squares += own.se.value[subject] * own.se.value[subject];
      found.floored += own.floored[subject];
    }
  }
  const auto cohorts = static_cast<double>(study.cohorts);
  const double cells = cohorts * static_cast<double>(asked);
  for (std::size_t subject = 0; subject < risk.size(); ++subject) {
    double mean = 0.0, variance = 0.0;
    for (const double value : risk[subject]) {
      mean += value / cohorts;
    }
    for (std::size_t cohort = 0; cohort < risk[subject].size(); ++cohort) {
      const double distance = risk[subject][cohort] - mean;
      variance += distance * distance / (cohorts - 1.0);
      found.coverage +=
          lower[subject][cohort] <= mean && mean <= upper[subject][cohort] ? 1.0 / cells : 0.0;
    }
    found.variance += variance / static_cast<double>(asked);
  }
  found.variance_ratio = squares / cells / found.variance;
  found.floored /= cells;
  return found;
}

} // namespace vigil::test
