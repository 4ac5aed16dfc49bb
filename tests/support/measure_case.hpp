// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vigil::test {

/// Owner of everything that an Evaluation looks at, built from plain columns.
class MeasureCase {
public:
  /// code: 0 censored, 1 the event of interest, 2 a competing event (any 2 makes it a competing-risks outcome).
  MeasureCase(std::vector<double> time, std::span<const double> code)
      : outcome_(make_outcome(std::move(time), code)), weights_(CaseWeights::ones(size_of(code))) {}

  MeasureCase& score(std::vector<double> values) {
    prediction_.score = std::move(values);
    return *this;
  }
  /// Risk at one horizon, which becomes the horizon of the evaluation.
  MeasureCase& risk(double horizon, std::vector<double> values) {
    prediction_.risk = {.horizon = {horizon}, .value = std::move(values)};
    horizon_ = horizon;
    return *this;
  }
  /// Risks at several horizons; `at` chooses one.
  MeasureCase& risks(RiskTable table) {
    prediction_.risk = std::move(table);
    return *this;
  }
  MeasureCase& curves(RiskTable table) {
    prediction_.curves = std::move(table);
    return *this;
  }
  MeasureCase& at(double horizon) {
    horizon_ = horizon;
    return *this;
  }
  MeasureCase& threshold(double value) {
    threshold_ = value;
    return *this;
  }
  MeasureCase& weights(CaseWeights weights) {
    weights_ = std::move(weights);
    censoring_.reset();
    return *this;
  }
  MeasureCase& centre(std::vector<Index> centre) {
    centre_ = std::move(centre);
    return *this;
  }
  /// Censoring by Cox's model on these columns, subjects x columns.
  MeasureCase& censoring_by(survival::CensoringCovariates covariates,
                            survival::CensoringModelOptions options = {}) {
    covariates_ = std::move(covariates);
    model_options_ = options;
    censoring_.reset();
    return *this;
  }
  /// Risks by the subjects' own times; the values must outlive the evaluation.
  MeasureCase& own_risk(std::span<const double> values) {
    own_risk_ = values;
    return *this;
  }
  MeasureCase& null_risk(double risk) {
    null_ = std::make_unique<measure::NullRisk>(measure::NullRisk{risk});
    return *this;
  }

  [[nodiscard]] const CaseWeights& weights() const { return weights_; }
  [[nodiscard]] const Outcome& outcome() const { return outcome_; }
  [[nodiscard]] const Prediction& prediction() const { return prediction_; }

  /// Valid until the case changes.
  [[nodiscard]] measure::Evaluation evaluation() {
    if (!censoring_) {
      censoring_ = covariates_.columns == 0
                       ? std::make_unique<survival::CensoringWeights>(outcome_, weights_)
                       : std::make_unique<survival::CensoringWeights>(
                             outcome_, weights_, covariates_, model_options_);
    }
    return {.prediction = prediction_,
            .outcome = outcome_,
            .weights = weights_,
            .centre = centre_,
            .censoring = *censoring_,
            .horizon = horizon_,
            .threshold = threshold_,
            .cause = 1,
            .null = null_.get(),
            .own_risk = own_risk_};
  }
  [[nodiscard]] double se(const measure::Estimate& estimate) const {
    return measure::standard_error(estimate, weights_);
  }

private:
  static Outcome make_outcome(std::vector<double> time, std::span<const double> code) {
    std::vector<std::uint8_t> cause;
    bool competing = false;
    for (const double value : code) {
      cause.push_back(static_cast<std::uint8_t>(value));
      competing = competing || cause.back() > 1;
    }
    if (competing) {
      return CompetingRisksOutcome{
          .entry = {}, .time = std::move(time), .cause = cause, .cause_names = {"event", "other"}};
    }
    return SurvivalOutcome{.entry = {}, .time = std::move(time), .event = cause};
  }

  Outcome outcome_;
  CaseWeights weights_;
  Prediction prediction_;
  std::vector<Index> centre_;
  std::span<const double> own_risk_ = {};
  survival::CensoringCovariates covariates_ = {};
  survival::CensoringModelOptions model_options_ = {};
  std::unique_ptr<survival::CensoringWeights> censoring_;
  std::unique_ptr<measure::NullRisk> null_;
  double horizon_ = std::numeric_limits<double>::infinity();
  double threshold_ = std::numeric_limits<double>::quiet_NaN();
};

} // namespace vigil::test
