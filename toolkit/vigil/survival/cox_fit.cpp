// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/cox_fit.hpp"

#include "vigil/numeric/factor.hpp"
#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::survival {

std::string_view name_of(CoxFitStatus status) noexcept {
  switch (status) {
  case CoxFitStatus::converged:
    return "converged";
  case CoxFitStatus::iteration_limit:
    return "iteration_limit";
  case CoxFitStatus::saturated:
    return "saturated";
  case CoxFitStatus::undefined:
    break;
  }
  return "undefined";
}

double CoxFit::standard_error(Index column) const {
  return std::sqrt(covariance[at(column * (size_of(coefficient) + 1))]);
}

std::vector<double>
gather_rows(const CoxLikelihood& likelihood, std::span<const double> columns, Index columns_count) {
  const Index subjects = columns_count == 0 ? 0 : size_of(columns) / columns_count;
  std::vector<double> result;
  result.reserve(at(likelihood.rows() * columns_count));
  for (Index column = 0; column < columns_count; ++column) {
    for (const Index subject : likelihood.subjects()) {
      result.push_back(columns[at(column * subjects + subject)]);
    }
  }
  return result;
}

namespace {

constexpr double monotone =
    1e-6; // information left of its value at 0 where a coefficient runs away

// Newton's iterations on columns that were centred and scaled.
class Newton {
public:
  Newton(const CoxLikelihood& likelihood,
         const CoxFitOptions& options,
         std::span<const double> rows)
      : likelihood_(likelihood), options_(options), rows_(rows),
        order_(size_of(rows) / likelihood.rows()), coefficient_(at(order_), 0.0),
        point_(evaluate(coefficient_)),
        first_(likelihood.information(point_, rows), order_, options.collinearity) {}

  CoxFit run() {
    CoxFit fit;
    fit.null_log_likelihood = point_.value;
    for (Index column = 0; column < order_; ++column) {
      if (!first_.keeps(column)) {
        fit.dropped.push_back(column);
      }
    }
    std::vector<double> information = likelihood_.information(point_, rows_);
    fit.status = CoxFitStatus::iteration_limit;
    for (fit.iterations = 0; fit.iterations < options_.iterations; ++fit.iterations) {
      const std::vector<double> score = gradient();
      std::vector<double> step = score;
      const CholeskyFactor factor(without_dropped(information), order_, 1e-13);
      factor.solve(step);
      const double decrement = dot(score, step);
      if (fit.iterations == 0) {
        fit.score_test = decrement;
      }
      if (runs_away(factor)) {
        fit.status = CoxFitStatus::saturated;
        fit.reason = "coefficients run away: the columns separate the events";
        break;
      }
      const bool moved = advance(step);
      if (!moved || decrement <= 1e-20 * (std::fabs(point_.value) + 1.0)) {
        fit.status = CoxFitStatus::converged;
        break;
      }
      information = likelihood_.information(point_, rows_);
    }
    fit.covariance =
        CholeskyFactor(without_dropped(likelihood_.information(point_, rows_)), order_, 1e-13)
            .inverse();
    fit.log_likelihood = point_.value;
    fit.coefficient = coefficient_;
    fit.point = point_;
    return fit;
  }

private:
  [[nodiscard]] CoxPoint evaluate(std::span<const double> coefficient) const {
    std::vector<double> eta(at(likelihood_.rows()), 0.0);
    for (Index column = 0; column < order_; ++column) {
      for (Index row = 0; row < likelihood_.rows(); ++row) {
        eta[at(row)] += coefficient[at(column)] * rows_[at(column * likelihood_.rows() + row)];
      }
    }
    return likelihood_.evaluate(eta);
  }
  [[nodiscard]] std::vector<double> gradient() const {
    std::vector<double> result;
    for (Index column = 0; column < order_; ++column) {
      const auto values = rows_.subspan(at(column * likelihood_.rows()), at(likelihood_.rows()));
      result.push_back(first_.keeps(column) ? dot(values, point_.residual) : 0.0);
    }
    return result;
  }
  [[nodiscard]] std::vector<double> without_dropped(std::vector<double> information) const {
    for (Index column = 0; column < order_; ++column) {
      for (Index other = 0; other < order_; ++other) {
        if (!first_.keeps(column) || !first_.keeps(other)) {
          information[at(column * order_ + other)] = 0.0;
        }
      }
    }
    return information;
  }
  [[nodiscard]] bool runs_away(const CholeskyFactor& factor) const {
    for (Index column = 0; column < order_; ++column) {
      if (first_.keeps(column) && factor.pivot(column) < monotone * first_.pivot(column)) {
        return true;
      }
    }
    return false;
  }
  // Takes the step, halved until the value does not fall; false when it falls however short.
  bool advance(std::span<const double> step) {
    double length = 1.0;
    for (int halvings = 0; halvings < 30; ++halvings, length /= 2.0) {
      std::vector<double> trial = coefficient_;
      for (Index column = 0; column < order_; ++column) {
        trial[at(column)] += length * step[at(column)];
      }
      CoxPoint point = evaluate(trial);
      if (point.value >= point_.value - 1e-13 * (std::fabs(point_.value) + 1.0)) {
        coefficient_ = std::move(trial);
        point_ = std::move(point);
        return true;
      }
    }
    return false;
  }

  const CoxLikelihood& likelihood_;
  const CoxFitOptions& options_;
  std::span<const double> rows_;
  Index order_;
  std::vector<double> coefficient_;
  CoxPoint point_;
  CholeskyFactor first_;
};

} // namespace

CoxFit fit_cox(const CoxLikelihood& likelihood,
               std::span<const double> columns,
               const CoxFitOptions& options) {
  if (likelihood.events() == 0) {
    const Index order = size_of(columns) / std::max<Index>(1, likelihood.subjects_in_cohort());
    CoxFit fit;
    fit.reason = "no events";
    fit.coefficient.assign(at(order), std::numeric_limits<double>::quiet_NaN());
    fit.covariance.assign(at(order * order), std::numeric_limits<double>::quiet_NaN());
    return fit;
  }
  VIGIL_EXPECTS(size_of(columns) % likelihood.subjects_in_cohort() == 0);
  const Index order = size_of(columns) / likelihood.subjects_in_cohort();
  std::vector<double> rows = gather_rows(likelihood, columns, order);
  std::vector<double> scale(at(order), 1.0);
  for (Index column = 0; column < order; ++column) {
    const auto values =
        std::span<double>(rows).subspan(at(column * likelihood.rows()), at(likelihood.rows()));
    const Moments moments = weighted_moments(values, likelihood.weight());
    scale[at(column)] = moments.variance > 0.0 ? std::sqrt(moments.variance) : 1.0;
    for (double& value : values) {
      value = (value - moments.mean) / scale[at(column)];
    }
  }
  CoxFit fit = Newton(likelihood, options, rows).run();
  for (Index column = 0; column < order; ++column) {
    fit.coefficient[at(column)] /= scale[at(column)];
    for (Index other = 0; other < order; ++other) {
      fit.covariance[at(column * order + other)] /= scale[at(column)] * scale[at(other)];
    }
  }
  // The baseline belongs to the columns as given: evaluate there, not at the centred ones.
  std::vector<double> eta(at(likelihood.rows()), 0.0);
  const std::vector<double> raw = gather_rows(likelihood, columns, order);
  for (Index column = 0; column < order; ++column) {
    for (Index row = 0; row < likelihood.rows(); ++row) {
      eta[at(row)] += fit.coefficient[at(column)] * raw[at(column * likelihood.rows() + row)];
    }
  }
  fit.point = likelihood.evaluate(eta);
  return fit;
}

} // namespace vigil::survival
