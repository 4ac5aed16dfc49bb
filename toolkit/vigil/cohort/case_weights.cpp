// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/cohort/case_weights.hpp"

#include "vigil/numeric/sums.hpp"

#include <cmath>
#include <utility>

namespace vigil {

struct CaseWeights::Values {
  std::vector<std::uint32_t> times;
  std::vector<double> sampling;
  std::vector<double> product;
  std::vector<Index> support;
  double total = 0.0;
};

CaseWeights CaseWeights::make(std::vector<std::uint32_t> times, std::vector<double> sampling) {
  VIGIL_EXPECTS(times.size() == sampling.size());
  auto values = std::make_shared<Values>();
  values->times = std::move(times);
  values->sampling = std::move(sampling);
  values->product.resize(values->times.size());
  for (Index i = 0; i < size_of(values->times); ++i) {
    VIGIL_EXPECTS(std::isfinite(values->sampling[at(i)]) && values->sampling[at(i)] >= 0.0);
    values->product[at(i)] = static_cast<double>(values->times[at(i)]) * values->sampling[at(i)];
    if (values->product[at(i)] > 0.0) {
      values->support.push_back(i);
    }
  }
  values->total = sum(values->product);
  return CaseWeights(std::move(values));
}

CaseWeights CaseWeights::ones(Index subjects) {
  return make(std::vector<std::uint32_t>(at(subjects), 1), std::vector<double>(at(subjects), 1.0));
}

CaseWeights CaseWeights::with_times(std::vector<std::uint32_t> times) const {
  return make(std::move(times), values_->sampling);
}

CaseWeights CaseWeights::with_sampling(std::vector<double> weight) const {
  return make(values_->times, std::move(weight));
}

Index CaseWeights::subjects() const noexcept {
  return size_of(values_->times);
}

std::uint32_t CaseWeights::times(Index subject) const noexcept {
  return values_->times[at(subject)];
}

double CaseWeights::sampling(Index subject) const noexcept {
  return values_->sampling[at(subject)];
}

double CaseWeights::operator[](Index subject) const noexcept {
  return values_->product[at(subject)];
}

std::span<const double> CaseWeights::values() const noexcept {
  return values_->product;
}

double CaseWeights::total() const noexcept {
  return values_->total;
}

std::span<const Index> CaseWeights::support() const noexcept {
  return values_->support;
}

} // namespace vigil
