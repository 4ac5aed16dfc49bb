// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/logistic_fit.hpp"

#include "vigil/base/contract.hpp"
#include "vigil/numeric/factor.hpp"
#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <cmath>

namespace vigil {

namespace {

constexpr double collinear =
    1e-9; // as in Cox regression: part of a column's variance that is its own
constexpr double certain = 1e-9;
constexpr int most_steps = 60;

} // namespace

LogisticFit::LogisticFit(std::span<const double> columns, std::span<const std::uint8_t> label)
    : columns_(label.empty() ? 0 : size_of(columns) / size_of(label)),
      value_(columns.begin(), columns.end()), label_(label.begin(), label.end()),
      coefficient_(at(columns_ + 1), 0.0), probability_(label.size(), 0.5),
      covariance_(at((columns_ + 1) * (columns_ + 1)), 0.0) {
  VIGIL_EXPECTS(columns_ * size_of(label) == size_of(columns));
  const auto ones = std::count(label_.begin(), label_.end(), 1);
  if (ones == 0 || ones == size_of(label_)) {
    undefined_because_ = label_.empty() ? "no rows" : "all rows have the same label";
    return;
  }
  standardize();
  iterate();
}

void LogisticFit::standardize() {
  const std::vector<double> ones(label_.size(), 1.0);
  for (Index column = 0; column < columns_; ++column) {
    const auto values =
        std::span<double>(value_).subspan(at(column) * label_.size(), label_.size());
    const Moments moments = weighted_moments(values, ones);
    mean_.push_back(moments.mean);
    scale_.push_back(moments.variance > 0.0 ? std::sqrt(moments.variance) : 1.0);
    for (double& value : values) {
      value = (value - mean_.back()) / scale_.back();
    }
  }
}

double LogisticFit::evaluate(std::span<const double> coefficient) {
  double likelihood = 0.0;
  for (Index row = 0; row < size_of(label_); ++row) {
    double eta = 0.0;
    for (Index column = 0; column <= columns_; ++column) {
      eta += coefficient[at(column)] * design(row, column);
    }
    probability_[at(row)] = 1.0 / (1.0 + std::exp(-eta));
    // log(1 + e^eta) without overflow
    likelihood += (label_[at(row)] != 0 ? eta : 0.0) - std::max(eta, 0.0) -
                  std::log1p(std::exp(-std::fabs(eta)));
  }
  return likelihood;
}

std::vector<double> LogisticFit::information() const {
  const Index order = columns_ + 1;
  std::vector<double> matrix(at(order * order), 0.0);
  for (Index row = 0; row < size_of(label_); ++row) {
    const double weight = probability_[at(row)] * (1.0 - probability_[at(row)]);
    for (Index column = 0; column < order; ++column) {
      const double own = weight * design(row, column);
      for (Index other = 0; other <= column; ++other) {
        matrix[at(column * order + other)] += own * design(row, other);
      }
    }
  }
  for (Index column = 0; column < order; ++column) {
    for (Index other = column + 1; other < order; ++other) {
      matrix[at(column * order + other)] = matrix[at(other * order + column)];
    }
  }
  return matrix;
}

void LogisticFit::iterate() {
  const Index order = columns_ + 1;
  double likelihood = evaluate(coefficient_);
  bool converged = false;
  for (int step = 0; step < most_steps && !converged; ++step) {
    std::vector<double> score(at(order), 0.0);
    for (Index row = 0; row < size_of(label_); ++row) {
      const double residual = label_[at(row)] - probability_[at(row)];
      for (Index column = 0; column < order; ++column) {
        score[at(column)] += residual * design(row, column);
      }
    }
    const CholeskyFactor factor(information(), order, collinear);
    std::vector<double> move = score;
    factor.solve(move);
    const double decrement = dot(score, move);
    double length = 1.0;
    std::vector<double> trial;
    double reached = likelihood;
    do {
      trial = coefficient_;
      for (Index column = 0; column < order; ++column) {
        trial[at(column)] += length * move[at(column)];
      }
      reached = evaluate(trial);
      length *= 0.5;
    } while (!(reached >= likelihood - 1e-13 * (std::fabs(likelihood) + 1.0)) && length > 1e-9);
    converged = decrement <= 1e-20 * (std::fabs(likelihood) + 1.0) || reached == likelihood;
    coefficient_ = trial;
    likelihood = reached;
  }
  const auto [least, most] = std::minmax_element(probability_.begin(), probability_.end());
  if (!converged || *least < certain || *most > 1.0 - certain) {
    undefined_because_ = "the columns separate the labels";
    return;
  }
  covariance_ = CholeskyFactor(information(), order, collinear).inverse();
}

std::vector<double> LogisticFit::coefficient() const {
  std::vector<double> result(coefficient_);
  for (Index column = 0; column < columns_ && undefined_because_.empty(); ++column) {
    result[at(column + 1)] /= scale_[at(column)];
    result.front() -= result[at(column + 1)] * mean_[at(column)];
  }
  return result;
}

std::vector<double> LogisticFit::influence(std::span<const double> slope) const {
  VIGIL_EXPECTS(undefined_because_.empty() && slope.size() == label_.size());
  const Index order = columns_ + 1;
  std::vector<double> gradient(at(order), 0.0), along(at(order), 0.0), result;
  for (Index row = 0; row < size_of(slope); ++row) {
    for (Index column = 0; column < order; ++column) {
      gradient[at(column)] += slope[at(row)] * design(row, column);
    }
  }
  for (Index column = 0; column < order; ++column) {
    for (Index other = 0; other < order; ++other) {
      along[at(column)] += covariance_[at(column * order + other)] * gradient[at(other)];
    }
  }
  for (Index row = 0; row < size_of(slope); ++row) {
    double reach = 0.0;
    for (Index column = 0; column < order; ++column) {
      reach += along[at(column)] * design(row, column);
    }
    result.push_back(reach * (label_[at(row)] - probability_[at(row)]));
  }
  return result;
}

} // namespace vigil
