// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/cohort/cohort.hpp"
#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace vigil::test {

/// effect    log hazard ratio per SD of each of the five features that act; 0: none does
/// censored  expected share of censored subjects
/// risk      risk by the horizon without covariates
struct CoverageSetting {
  std::string name = {};
  double effect = 0.0, censored = 0.3, risk = 0.5;
};

/// The six settings of the study. With 70 % censored the follow-up supports a lower quartile, no median.
[[nodiscard]] inline std::vector<CoverageSetting> coverage_settings() {
  std::vector<CoverageSetting> settings;
  for (const double censored : {0.3, 0.7}) {
    for (const auto& [name, effect] :
         {std::pair{"no signal", 0.0}, {"signal", 0.3}, {"strong signal", 0.6}}) {
      settings.push_back({.name = name,
                          .effect = effect,
                          .censored = censored,
                          .risk = censored < 0.5 ? 0.5 : 0.25});
    }
  }
  return settings;
}

/// Exponential times with hazard exp(eta), eta normal: 4,000 equally probable values of it.
///
/// spread  standard deviation of eta
class NormalLogHazards {
public:
  explicit NormalLogHazards(double spread) : spread_(spread) {}

  /// Rate of exponential censoring at which this share is expected to be censored.
  [[nodiscard]] double censoring_rate(double share) const {
    return root(share, [&](double rate) {
      return mean([&](double hazard) { return rate / (rate + hazard); });
    });
  }
  /// Time by which this share has had its event.
  [[nodiscard]] double time_of_risk(double share) const {
    return root(share, [&](double time) {
      return mean([&](double hazard) { return 1.0 - std::exp(-hazard * time); });
    });
  }

private:
  template <class Function>
  [[nodiscard]] double mean(const Function& function) const {
    constexpr int values = 4000;
    double total = 0.0;
    for (int value = 0; value < values; ++value) {
      total += function(std::exp(spread_ * normal_quantile((value + 0.5) / values)));
    }
    return total / values;
  }
  /// Where a function that rises from 0 reaches `wanted`, by bisection on the log scale.
  template <class Function>
  [[nodiscard]] static double root(double wanted, const Function& function) {
    double low = 1e-6, high = 1e6;
    for (int step = 0; step < 60; ++step) {
      const double middle = std::sqrt(low * high);
      (function(middle) < wanted ? low : high) = middle;
    }
    return std::sqrt(low * high);
  }

  double spread_ = 0.0;
};

/// Fifty features in five blocks of ten, correlation 0.3 within a block, the first of each block acts; hazard exp(eta),
/// eta = effect times their sum; censoring exponential, independent of everything.
class CoverageDesign {
public:
  static constexpr Index features = 50, block = 10;

  explicit CoverageDesign(const CoverageSetting& setting) : setting_(setting) {
    const NormalLogHazards hazards(setting.effect * std::sqrt(5.0));
    censoring_rate_ = hazards.censoring_rate(setting.censored);
    horizon_ = hazards.time_of_risk(setting.risk);
  }

  [[nodiscard]] const CoverageSetting& setting() const noexcept { return setting_; }
  /// Time by which the setting's risk is reached.
  [[nodiscard]] double horizon() const noexcept { return horizon_; }
  /// Below the risk without covariates, so that a model without signal acts on everybody.
  [[nodiscard]] double threshold() const noexcept { return 0.8 * setting_.risk; }

  /// Subjects of one draw: as observed, and as they would be without censoring.
  struct Sample {
    Cohort observed;
    Outcome uncensored;
  };
  [[nodiscard]] Sample draw(Index subjects, const RandomKey& key) const {
    RandomStream stream(key);
    std::vector<double> eta(at(subjects), 0.0), shared(at(subjects));
    std::vector<float> values;
    std::vector<FeatureInfo> info;
    for (Index feature = 0; feature < features; ++feature) {
      info.push_back({.name = "x" + std::to_string(feature)});
      for (Index i = 0; i < subjects; ++i) {
        shared[at(i)] = feature % block == 0 ? stream.normal() : shared[at(i)];
        const double value = std::sqrt(0.3) * shared[at(i)] + std::sqrt(0.7) * stream.normal();
        values.push_back(static_cast<float>(value));
        eta[at(i)] += feature % block == 0 ? setting_.effect * value : 0.0;
      }
    }
    SurvivalOutcome observed, uncensored;
    std::vector<std::string> ids;
    for (Index i = 0; i < subjects; ++i) {
      const double event = stream.exponential() * std::exp(-eta[at(i)]);
      const double censoring = stream.exponential() / censoring_rate_;
      ids.push_back("s" + std::to_string(i));
      observed.time.push_back(std::min(event, censoring));
      observed.event.push_back(event <= censoring ? 1 : 0);
      uncensored.time.push_back(event);
      uncensored.event.push_back(1);
    }
    return {.observed = Cohort(
                {.subject_ids = std::move(ids),
                 .features = FeatureMatrix(resident_source(subjects, features, std::move(values)),
                                           std::move(info)),
                 .clinical = ClinicalBlock(subjects),
                 .outcome = std::move(observed)}),
            .uncensored = std::move(uncensored)};
  }

private:
  CoverageSetting setting_;
  double censoring_rate_ = 0.0, horizon_ = 0.0;
};

} // namespace vigil::test
