// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/anderson_mixing.hpp"

#include "vigil/numeric/factor.hpp"
#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::penalized {

namespace {

constexpr Index most_ends = 6;
constexpr double dependent = 1e-10;  // pivot of a difference of steps, relative to its square
constexpr double largest_share = 10; // of one end in a mix

bool same_signs(std::span<const double> left, std::span<const double> right) {
  return std::equal(
      left.begin(), left.end(), right.begin(), right.end(), [](double one, double other) {
        return (one > 0.0) == (other > 0.0) && (one < 0.0) == (other < 0.0);
      });
}

std::vector<double> difference(std::span<const double> left, std::span<const double> right) {
  std::vector<double> result(left.begin(), left.end());
  for (std::size_t place = 0; place < result.size(); ++place) {
    result[place] -= right[place];
  }
  return result;
}

// to += share (from - less)
void add_difference(double share,
                    std::span<const double> from,
                    std::span<const double> less,
                    std::span<double> to) {
  for (std::size_t place = 0; place < to.size(); ++place) {
    to[place] += share * (from[place] - less[place]);
  }
}

} // namespace

void AndersonMixing::add(std::span<const double> coefficient,
                         std::span<const double> eta,
                         std::span<const double> step,
                         std::span<const double> product) {
  if (!ends_.empty() && !same_signs(ends_.back().coefficient, coefficient)) {
    ends_.clear();
  }
  if (size_of(ends_) == most_ends) {
    ends_.erase(ends_.begin());
  }
  ends_.push_back({.coefficient = {coefficient.begin(), coefficient.end()},
                   .eta = {eta.begin(), eta.end()},
                   .step = {step.begin(), step.end()},
                   .product = {product.begin(), product.end()}});
}

// minimise |f + sum_i share_i (f_i - f)| over the shares, f the last step.
std::optional<AndersonMixing::Mix> AndersonMixing::mix() const {
  const Index others = size_of(ends_) - 1;
  if (others < 1) {
    return std::nullopt;
  }
  const End& last = ends_.back();
  std::vector<std::vector<double>> change;
  for (Index other = 0; other < others; ++other) {
    change.push_back(difference(ends_[at(other)].step, last.step));
  }
  std::vector<double> products(at(others * others)), share(at(others));
  for (Index i = 0; i < others; ++i) {
    share[at(i)] = -dot(change[at(i)], last.step);
    for (Index j = 0; j < others; ++j) {
      products[at(i * others + j)] = dot(change[at(i)], change[at(j)]);
    }
  }
  const CholeskyFactor factor(products, others, dependent);
  factor.solve(share);
  Mix mix{.coefficient = last.coefficient, .eta = last.eta, .product = last.product};
  for (Index other = 0; other < others; ++other) {
    const double part = share[at(other)];
    if (!(std::fabs(part) <= largest_share)) {
      return std::nullopt;
    }
    const End& end = ends_[at(other)];
    add_difference(part, end.coefficient, last.coefficient, mix.coefficient);
    add_difference(part, end.eta, last.eta, mix.eta);
    if (end.product.size() != mix.product.size()) {
      mix.product.clear();
    }
    add_difference(part, end.product, last.product, mix.product);
  }
  if (factor.rank() == 0 || !same_signs(mix.coefficient, last.coefficient)) {
    return std::nullopt;
  }
  return mix;
}

} // namespace vigil::penalized
