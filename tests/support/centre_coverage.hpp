// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/cox_learner.hpp"
#include "vigil/validate/summarise.hpp"

#include "tests/support/coverage_study.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigil::test {

/// baseline  SD of the centres' log hazards
/// case_mix  share of the variance of each feature that lies between centres
struct CentreSetting {
  std::string name = {};
  double baseline = 0.0, case_mix = 0.0;
  Index centres = 10;
};

/// Three kinds of centres, and 5, 10 or 20 of them.
[[nodiscard]] inline std::vector<CentreSetting> centre_settings() {
  std::vector<CentreSetting> settings;
  for (const CentreSetting& kind :
       {CentreSetting{.name = "centres alike"},
        CentreSetting{.name = "baseline", .baseline = 0.5},
        CentreSetting{.name = "baseline and case mix", .baseline = 0.5, .case_mix = 0.2}}) {
    for (const Index centres : {5, 10, 20}) {
      settings.push_back(kind);
      settings.back().centres = centres;
    }
  }
  return settings;
}

/// Five features of variance 1, independent of each other; hazard exp(eta), eta = 0.4 times their sum + the centre's normal
/// log hazard; the centre's part of a feature is normal too, so that eta is normal over the subjects of all centres.
/// 30 % censored, exponentially and independently of everything. Centres have 10, 20, 30, 40, 50, 10, .. subjects.
class CentreDesign {
public:
  static constexpr Index features = 5;
  static constexpr double effect = 0.4, censored = 0.3, risk = 0.5;

  explicit CentreDesign(CentreSetting setting) : setting_(std::move(setting)) {
    const double variance = effect * effect * static_cast<double>(features);
    const NormalLogHazards hazards(std::sqrt(variance + setting_.baseline * setting_.baseline));
    censoring_rate_ = hazards.censoring_rate(censored);
    horizon_ = hazards.time_of_risk(risk);
  }

  [[nodiscard]] const CentreSetting& setting() const noexcept { return setting_; }
  /// Time by which half of all subjects of all centres have had their event.
  [[nodiscard]] double horizon() const noexcept { return horizon_; }
  [[nodiscard]] double threshold() const noexcept { return 0.8 * risk; }

  using Sample = CoverageDesign::Sample;
  /// The subjects of all centres: each is the only one that is drawn from its centre.
  [[nodiscard]] Sample draw(Index subjects, const RandomKey& key) const {
    return draw_sizes(std::vector<Index>(at(subjects), 1), key);
  }
  /// The setting's number of centres with their subjects.
  [[nodiscard]] Sample draw_centres(const RandomKey& key) const {
    std::vector<Index> sizes;
    for (Index centre = 0; centre < setting_.centres; ++centre) {
      sizes.push_back(10 * (centre % 5 + 1));
    }
    return draw_sizes(sizes, key);
  }

private:
  [[nodiscard]] Sample draw_sizes(const std::vector<Index>& sizes, const RandomKey& key) const {
    RandomStream stream(key);
    std::vector<std::vector<float>> columns(at(features));
    std::vector<std::string> ids, centres;
    SurvivalOutcome observed, uncensored;
    for (Index centre = 0; centre < size_of(sizes); ++centre) {
      const double baseline = setting_.baseline * stream.normal();
      std::array<double, features> mean{};
      for (double& value : mean) {
        value = std::sqrt(setting_.case_mix) * stream.normal();
      }
      for (Index subject = 0; subject < sizes[at(centre)]; ++subject) {
        double eta = baseline;
        for (Index feature = 0; feature < features; ++feature) {
          const double value =
              mean[at(feature)] + std::sqrt(1.0 - setting_.case_mix) * stream.normal();
          columns[at(feature)].push_back(static_cast<float>(value));
          eta += effect * value;
        }
        const double event = stream.exponential() * std::exp(-eta);
        const double censoring = stream.exponential() / censoring_rate_;
        ids.push_back("s" + std::to_string(ids.size()));
        centres.push_back("c" + std::to_string(centre));
        observed.time.push_back(std::min(event, censoring));
        observed.event.push_back(event <= censoring ? 1 : 0);
        uncensored.time.push_back(event);
        uncensored.event.push_back(1);
      }
    }
    std::vector<float> values;
    std::vector<FeatureInfo> info;
    for (const std::vector<float>& column : columns) {
      info.push_back({.name = "x" + std::to_string(info.size())});
      values.insert(values.end(), column.begin(), column.end());
    }
    const Index subjects = size_of(ids);
    return {.observed = Cohort(
                {.subject_ids = std::move(ids),
                 .features = FeatureMatrix(resident_source(subjects, features, std::move(values)),
                                           std::move(info)),
                 .clinical = ClinicalBlock(subjects),
                 .outcome = std::move(observed),
                 .centre = make_grouping(centres)}),
            .uncensored = std::move(uncensored)};
  }

  CentreSetting setting_;
  double censoring_rate_ = 0.0, horizon_ = 0.0;
};

using CentrePopulation = PopulationOf<CentreDesign>;

/// Intervals of `centre-bootstrap`, then those of `bootstrap` with the same subjects and final model, a Cox model of the five
/// features, 200 replicates. The truth of both is the value of this final model over the subjects of all centres.
[[nodiscard]] inline std::vector<IntervalCase>
centre_cases(const CentrePopulation& population,
             std::span<const std::string_view> measures,
             const RandomKey& key,
             FitContext& context) {
  constexpr Index replicates = 200;
  const Cohort cohort = population.design().draw_centres(key.child("train")).observed;
  const CaseWeights within = cohort.weights();
  const std::vector<NamedLearner> learners{
      {.name = "cox", .learner = AnyLearner(penalized::CoxLearner())}};
  const std::vector<double> horizons{population.design().horizon()};
  const PredictionRequest request{.horizons = horizons};
  const std::vector<FinalModel> final_models = fit_final(
      {.cohort = cohort, .weights = within, .learners = learners, .request = request, .key = key},
      context);
  const std::vector<ResampleRecord> apparent{final_models.front().apparent};
  const std::vector<double> truth = population.values(
      measures,
      final_models.front().model.predict(population.covariates(), request, context),
      not_available);
  std::vector<IntervalCase> cases;
  for (const bool centres : {true, false}) {
    const ResamplePlan plan =
        centres ? centre_bootstrap(cohort.data(), within, replicates, key.child("centres"))
                : bootstrap(cohort.data(), within, replicates, key.child("subjects"));
    std::vector<ResampleRecord> records;
    validate(
        {.cohort = cohort, .plan = plan, .learners = learners, .request = request},
        [&](const ResampleRecord& record) { records.push_back(record); },
        context);
    const Summary summary = summarise({.cohort = cohort,
                                       .within = within,
                                       .plan = plan,
                                       .records = records,
                                       .apparent = apparent},
                                      coverage_options(population.design(), measures),
                                      context.scheduler);
    for (const PerformanceRow& row : summary.performance) {
      if (row.resampling == plan.scheme()) {
        const auto place = std::find(measures.begin(), measures.end(), row.measure);
        cases.push_back({.estimate = row.estimate,
                         .se = row.se,
                         .lower = row.lower,
                         .upper = row.upper,
                         .truth = truth[static_cast<std::size_t>(place - measures.begin())]});
      }
    }
  }
  return cases;
}

} // namespace vigil::test
