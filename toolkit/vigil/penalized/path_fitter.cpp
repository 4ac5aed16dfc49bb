// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/path_fitter.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/penalized/model_inputs.hpp"
#include "vigil/penalized/sweep.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr double allowed_violation = 1e-8; // of a column outside the working set
constexpr double trusted_violation = 1e-7; // above: iteration_limit
constexpr Index most_columns = 6000;       // of a working set: its curvature takes 8 m^2 bytes
constexpr double most_deviance = 0.99;     // saturated beyond

} // namespace

PathFitter::PathFitter(const TrainingData& data,
                       const FitItem& item,
                       const PenaltyOptions& penalty,
                       const LambdaGrid& grid)
    : data_(data), item_(item), grid_(grid), l1_ratio_(penalty.l1_ratio),
      likelihood_(
          std::make_unique<survival::CoxLikelihood>(survival_outcome(data.outcome, "cox-net"),
                                                    item.weights,
                                                    data.stratum,
                                                    data.offset,
                                                    penalty.ties)),
      factor_(penalty_factors(penalty, data, item.preparation)), gradient_(at(data.columns()), 0.0),
      products_(at(data.features.features()), 0.0), direction_(at(data.subjects()), 0.0),
      in_working_set_(at(data.columns()), false) {
  path_.events = likelihood_->events();
  path_.undefined = path_.events == 0;
  if (path_.undefined) {
    state_ = State::end;
    path_.ended = true;
    return;
  }
  working_ = std::make_unique<WorkingSet>(*likelihood_);
  path_.null_value = working_->point().value;
  path_.saturated_value = likelihood_->saturated_value();
  const Index kept =
      std::count_if(factor_.begin(), factor_.end(), [](double factor) { return factor >= 0.0; });
  fewer_subjects_than_columns_ = likelihood_->rows() < kept;
}

void PathFitter::advance(const MarkerColumns& columns, Index until) {
  request_ = {};
  while (request_.empty() && state_ != State::end) {
    switch (state_) {
    case State::start: {
      std::vector<Index> unpenalized;
      for (Index column = 0; column < data_.columns(); ++column) {
        if (factor_[at(column)] == 0.0) {
          unpenalized.push_back(column);
        }
      }
      ask_for_columns(std::move(unpenalized));
      state_ = State::null_model;
      break;
    }
    case State::null_model: {
      gather(columns);
      double scale = 0.0; // size of a gradient: largest SD of an unpenalized column, per event
      for (const Index column : working_->columns()) {
        const auto& rule = item_.preparation.column(column);
        scale = std::max(scale, rule.spread / rule.scale);
      }
      working_->solve(0.0, 1.0, scale * likelihood_->event_weight() / likelihood_->total_weight());
      ask_for_products();
      state_ = State::first_gradient;
      break;
    }
    case State::first_gradient:
      begin_path();
      break;
    case State::next_point:
      if (path_.points() >= until) {
        return;
      }
      begin_point();
      break;
    case State::solve: {
      gather(columns);
      iterations_ += working_->solve(lambda(), l1_ratio_, path_.largest_lambda).iterations;
      ask_for_products();
      state_ = State::check;
      break;
    }
    case State::check:
      check_point();
      break;
    case State::end:
      break;
    }
  }
  path_.ended = state_ == State::end;
}

void PathFitter::set_lambdas(std::span<const double> lambdas) {
  VIGIL_EXPECTS(begun() && path_.points() == 0 && !lambdas.empty());
  lambda_.assign(lambdas.begin(), lambdas.end());
}

std::vector<double> PathFitter::prepared_eta() const {
  std::vector<double> eta(working_->eta().begin(), working_->eta().end());
  double constant =
      0.0; // the working set is centred, prepared values only where the preparation says so
  for (Index place = 0; place < working_->size(); ++place) {
    const auto& rule = item_.preparation.column(working_->columns()[at(place)]);
    constant += working_->coefficients()[at(place)] * (rule.centre - rule.shift) / rule.scale;
  }
  for (double& value : eta) {
    value += constant;
  }
  return eta;
}

void PathFitter::ask_for_columns(std::vector<Index> columns) {
  joining_ = std::move(columns);
  const Index wanted = working_->size() + size_of(joining_);
  if (wanted > most_columns) {
    throw ConfigError({.where = "penalty, l1_ratio " + number_text(l1_ratio_),
                       .found = count_text(wanted) + " columns in one working set",
                       .expected = "at most " + count_text(most_columns),
                       .remedy = "raise l1_ratio or the smallest lambda, or pass fewer features"});
  }
  for (const Index column : joining_) {
    if (column < data_.features.features()) {
      request_.columns.push_back(column);
    }
  }
}

void PathFitter::ask_for_products() {
  const auto& residual = working_->point().residual;
  for (Index row = 0; row < likelihood_->rows(); ++row) {
    direction_[at(likelihood_->subjects()[at(row)])] = residual[at(row)];
  }
  if (data_.features.features() > 0) {
    request_.direction = direction_;
  }
}

void PathFitter::gather(const MarkerColumns& columns) {
  std::vector<double> values(at(likelihood_->rows()));
  for (const Index column : joining_) {
    const auto& rule = item_.preparation.column(column);
    const auto centred = [&](double raw) {
      return ((raw == raw ? raw : rule.fill) - rule.centre) / rule.scale;
    };
    const Index markers = data_.features.features();
    for (Index row = 0; row < likelihood_->rows(); ++row) {
      const Index subject = likelihood_->subjects()[at(row)];
      const double raw = column < markers ? static_cast<double>(columns.at(column)[at(subject)]) +
                                                data_.features.info(column).offset
                                          : data_.clinical.column(column - markers)[at(subject)];
      values[at(row)] = centred(raw);
    }
    working_->add(column, factor_[at(column)], values);
    in_working_set_[at(column)] = true;
  }
  joining_.clear();
}

void PathFitter::take_gradient() {
  const Index markers = data_.features.features();
  for (Index column = 0; column < data_.columns(); ++column) {
    if (factor_[at(column)] < 0.0) {
      continue;
    }
    const auto& rule = item_.preparation.column(column);
    const double product =
        column < markers
            ? products_[at(column)]
            : centred_product(data_.clinical.column(column - markers), direction_, 0.0, rule);
    gradient_[at(column)] = product / rule.scale / likelihood_->total_weight();
  }
}

void PathFitter::begin_path() {
  take_gradient();
  path_.largest_lambda = largest_lambda(gradient_, factor_, l1_ratio_);
  if (!(path_.largest_lambda > 0.0)) { // nothing is penalized: one point says it all
    path_.largest_lambda = 1.0;
    lambda_ = {grid_.values.empty() ? 1.0 : grid_.values.front()};
  } else {
    lambda_ = lambda_values(grid_, path_.largest_lambda, fewer_subjects_than_columns_);
  }
  state_ = State::next_point;
}

void PathFitter::begin_point() {
  const double before = path_.points() == 0 ? std::max(path_.largest_lambda, lambda())
                                            : lambda_[at(path_.points() - 1)];
  // After a long step in lambda the rule discards nothing; what it should have kept then joins by the check.
  const double bound = l1_ratio_ * std::max(2.0 * lambda() - before, 0.7 * lambda());
  const auto survives = [&](Index column) {
    return std::fabs(gradient_[at(column)]) >= bound * factor_[at(column)];
  };
  std::vector<bool> keep;
  for (Index place = 0; place < working_->size(); ++place) {
    const Index column = working_->columns()[at(place)];
    keep.push_back(working_->coefficients()[at(place)] != 0.0 || factor_[at(column)] == 0.0 ||
                   survives(column));
    in_working_set_[at(column)] = keep.back();
  }
  working_->retain(keep);
  std::vector<Index> joining;
  for (Index column = 0; column < data_.columns(); ++column) {
    if (factor_[at(column)] > 0.0 && !in_working_set_[at(column)] && survives(column)) {
      joining.push_back(column);
    }
  }
  iterations_ = 0;
  ask_for_columns(strongest(std::move(joining)));
  state_ = State::solve;
}

// At most twice as many as there are, at least 200: the others are asked again at the next check.
std::vector<Index> PathFitter::strongest(std::vector<Index> columns) const {
  const Index most = std::max<Index>(200, 2 * working_->size());
  if (l1_ratio_ == 0.0 || size_of(columns) <= most) {
    return columns;
  }
  const auto strength = [&](Index column) {
    return std::fabs(gradient_[at(column)]) / factor_[at(column)];
  };
  std::sort(columns.begin(), columns.end(), [&](Index left, Index right) {
    return std::pair(-strength(left), left) < std::pair(-strength(right), right);
  });
  columns.resize(at(most));
  std::sort(columns.begin(), columns.end());
  return columns;
}

std::vector<Index> PathFitter::violators() const {
  std::vector<Index> result;
  for (Index column = 0; column < data_.columns(); ++column) {
    if (factor_[at(column)] > 0.0 && !in_working_set_[at(column)] &&
        kkt_violation(gradient_[at(column)],
                      0.0,
                      lambda() * factor_[at(column)],
                      l1_ratio_,
                      path_.largest_lambda) > allowed_violation) {
      result.push_back(column);
    }
  }
  return result;
}

void PathFitter::check_point() {
  take_gradient();
  std::vector<Index> joining = violators();
  if (!joining.empty()) {
    ask_for_columns(strongest(std::move(joining)));
    state_ = State::solve;
    return;
  }
  record_point();
}

void PathFitter::record_point() {
  std::vector<std::pair<Index, double>> coefficients;
  std::vector<double> coefficient(at(data_.columns()), 0.0);
  Index nonzero = 0, penalized = 0;
  for (Index place = 0; place < working_->size(); ++place) {
    const Index column = working_->columns()[at(place)];
    const double value = working_->coefficients()[at(place)];
    coefficient[at(column)] = value;
    if (value != 0.0 || factor_[at(column)] == 0.0) {
      coefficients.push_back({column, value / item_.preparation.column(column).scale});
    }
    nonzero += value != 0.0 ? 1 : 0;
    penalized += value != 0.0 && factor_[at(column)] > 0.0 ? 1 : 0;
  }
  double violation = 0.0;
  for (Index column = 0; column < data_.columns(); ++column) {
    if (factor_[at(column)] >= 0.0) {
      violation = std::max(violation,
                           kkt_violation(gradient_[at(column)],
                                         coefficient[at(column)],
                                         lambda() * factor_[at(column)],
                                         l1_ratio_,
                                         path_.largest_lambda));
    }
  }
  std::sort(coefficients.begin(), coefficients.end());
  for (const auto& [column, value] : coefficients) {
    path_.coefficients.feature.push_back(column);
    path_.coefficients.value.push_back(value);
  }
  path_.coefficients.point_start.push_back(size_of(path_.coefficients.feature));
  const double explained =
      (working_->point().value - path_.null_value) / (path_.saturated_value - path_.null_value);
  const bool saturated = explained > most_deviance || (l1_ratio_ == 1.0 && nonzero >= path_.events);
  const double solved = lambda();
  path_.objective.push_back(working_->objective(solved, l1_ratio_));
  path_.lambda.push_back(solved);
  path_.deviance_explained.push_back(explained);
  path_.kkt_violation.push_back(violation);
  path_.nonzero.push_back(nonzero);
  path_.iterations.push_back(iterations_);
  path_.status.push_back(saturated                       ? FitStatus::saturated
                         : violation > trusted_violation ? FitStatus::iteration_limit
                                                         : FitStatus::converged);
  const bool last =
      saturated || penalized >= grid_.most_nonzero || path_.points() == size_of(lambda_);
  state_ = last ? State::end : State::next_point;
}

} // namespace vigil::penalized
