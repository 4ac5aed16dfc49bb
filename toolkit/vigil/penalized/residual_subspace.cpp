// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/residual_subspace.hpp"

#include "vigil/penalized/sweep_kernel.hpp"
#include "vigil/penalized/vector_lanes.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::penalized {

namespace {

double as_double(float value) {
  return static_cast<double>(value);
}
double as_double(double value) {
  return value;
}

// sum_i left_i weight_i right_i in eight interleaved partial sums; the last rows by themselves.
template <class Value>
double
weighted_product(const Value* left, const double* weight, const double* right, std::size_t rows) {
  constexpr std::size_t four = 4, eight = 8;
  Lanes even{}, odd{};
  std::size_t row = 0;
  for (; row + eight <= rows; row += eight) {
    even += load(left + row) * load(weight + row) * load(right + row);
    odd += load(left + row + four) * load(weight + row + four) * load(right + row + four);
  }
  double last = 0.0;
  for (; row < rows; ++row) {
    last += as_double(left[row]) * weight[row] * right[row];
  }
  return total(even + odd) + last;
}

} // namespace

ResidualSubspace::ResidualSubspace(std::span<const double> weight, Index markers, Index most)
    : markers_(markers), most_(most) {
  for (const double value : weight) {
    inverse_weight_.push_back(1.0 / value);
  }
}

ResidualSubspace::Split ResidualSubspace::split(std::span<const double> residual) const {
  Split result;
  result.rest.assign(residual.begin(), residual.end());
  std::vector<double> part(direction_.size(), 0.0);
  const Index rows = size_of(residual);
  for (int pass = 0; pass < 2; ++pass) { // the second pass removes what rounding left
    for (std::size_t k = 0; k < direction_.size(); ++k) {
      const float* direction = direction_[k].data();
      const double product =
          weighted_product(direction, inverse_weight_.data(), result.rest.data(), at(rows));
      part[k] += product;
      for (Index row = 0; row < rows; ++row) {
        result.rest[at(row)] -= product * static_cast<double>(direction[row]);
      }
    }
  }
  // a is rounded to float; what that leaves belongs to the rest
  for (std::size_t k = 0; k < direction_.size(); ++k) {
    result.part.push_back(static_cast<float>(part[k]));
    const double left = part[k] - static_cast<double>(result.part.back());
    for (Index row = 0; row < rows; ++row) {
      result.rest[at(row)] += left * static_cast<double>(direction_[k][at(row)]);
    }
    result.part_sum += std::fabs(part[k]);
  }
  result.rest_norm = norm(result.rest);
  return result;
}

void ResidualSubspace::add(std::span<const double> values, double norm) {
  VIGIL_EXPECTS(!full() && norm > 0.0);
  std::vector<float> direction;
  direction.reserve(values.size());
  for (const double value : values) {
    direction.push_back(static_cast<float>(value / norm));
  }
  direction_.push_back(std::move(direction));
  products_.resize(std::max(products_.size(), direction_.size()));
  products_[direction_.size() - 1].resize(at(markers_));
}

void ResidualSubspace::drop_oldest() {
  direction_.erase(direction_.begin());
  std::rotate(
      products_.begin(), products_.begin() + 1, products_.end()); // its memory is used again
}

std::span<float> ResidualSubspace::last_products() {
  return products_[at(directions() - 1)];
}

double ResidualSubspace::roundings(double further) const noexcept {
  // the rows of a resample may all fall into one lane
  const auto in_a_lane =
      static_cast<double>(std::min(size_of(inverse_weight_), sweep_rows / sweep_lanes));
  return 1.01 * (in_a_lane + 14.0 + further) * 0x1p-24;
}

double ResidualSubspace::slack(const Split& split) const noexcept {
  return roundings(static_cast<double>(directions())) * split.part_sum;
}

double ResidualSubspace::norm(std::span<const double> residual) const noexcept {
  return std::sqrt(
      weighted_product(residual.data(), inverse_weight_.data(), residual.data(), residual.size()));
}

double ResidualSubspace::product_slack(double norm) const noexcept {
  return roundings(1.0) * norm; // one more: the residual as floats
}

} // namespace vigil::penalized
