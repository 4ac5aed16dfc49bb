// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/survival/cox_fit.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

namespace vigil::test {

/// Columns of a design, one vector per covariate.
using Design = std::vector<std::vector<double>>;

/// A Cox model fitted to plain columns; every subject has weight 1.
class CoxModel {
public:
  CoxModel(std::vector<double> time,
           const std::vector<double>& event,
           const Design& design,
           survival::Ties ties = survival::Ties::efron) {
    SurvivalOutcome outcome{.entry = {}, .time = std::move(time), .event = {}};
    for (const double happened : event) {
      outcome.event.push_back(static_cast<std::uint8_t>(happened));
    }
    const survival::CoxLikelihood likelihood(
        outcome, CaseWeights::ones(size_of(event)), {}, {}, ties);
    std::vector<double> columns;
    for (const auto& column : design) {
      columns.insert(columns.end(), column.begin(), column.end());
    }
    fit_ = survival::fit_cox(likelihood, columns);
    if (fit_.status != survival::CoxFitStatus::converged) {
      throw std::runtime_error("Cox's model did not converge: " + fit_.reason);
    }
    baseline_ = likelihood.baseline(fit_.point).cumulative_hazard.front();
  }

  [[nodiscard]] const survival::CoxFit& fit() const { return fit_; }
  [[nodiscard]] double coefficient(Index column) const { return fit_.coefficient[at(column)]; }
  [[nodiscard]] std::vector<double> score(const Design& design) const {
    std::vector<double> score(design.front().size(), 0.0);
    for (std::size_t column = 0; column < design.size(); ++column) {
      for (std::size_t i = 0; i < score.size(); ++i) {
        score[i] += fit_.coefficient[column] * design[column][i];
      }
    }
    return score;
  }
  [[nodiscard]] std::vector<double> risk(const Design& design, double horizon) const {
    auto risk = score(design);
    for (double& value : risk) {
      value = -std::expm1(-baseline_(horizon) * std::exp(value));
    }
    return risk;
  }

private:
  survival::CoxFit fit_;
  survival::StepFunction baseline_;
};

} // namespace vigil::test
