// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/residual_subspace.hpp"

#include "vigil/penalized/sweep.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace vigil::penalized {

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
      double product = 0.0;
      for (Index row = 0; row < rows; ++row) {
        product +=
            static_cast<double>(direction[row]) * inverse_weight_[at(row)] * result.rest[at(row)];
      }
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

void ResidualSubspace::combine(const Split& split, std::span<float> out) const {
  VIGIL_EXPECTS(size_of(out) == markers_ && split.part.size() == direction_.size());
  std::vector<const float*> products;
  for (std::size_t k = 0; k < split.part.size(); ++k) {
    products.push_back(products_[k].data());
  }
  mix({.products = products.data(),
       .part = split.part.data(),
       .number = size_of(split.part),
       .count = markers_,
       .out = out.data()});
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
  double sum = 0.0;
  for (std::size_t row = 0; row < residual.size(); ++row) {
    sum += inverse_weight_[row] * residual[row] * residual[row];
  }
  return std::sqrt(sum);
}

double ResidualSubspace::product_slack(double norm) const noexcept {
  return roundings(1.0) * norm; // one more: the residual as floats
}

std::vector<Index> undecided(const BoundTest& test) {
  const Index markers = size_of(test.combined);
  std::vector<std::uint16_t> over(at((markers + sweep_lanes - 1) / sweep_lanes));
  find_excess({.value = test.combined.data(),
               .norm = test.norms.norm.data(),
               .uncentred = test.norms.uncentred.data(),
               .factor = test.factor.data(),
               .checked = test.checked.empty() ? nullptr : test.checked.data(),
               .rest = static_cast<float>(1.0001 * test.rest_norm),
               .slack = static_cast<float>(1.0001 * test.slack),
               .limit = static_cast<float>(0.999999 * test.limit),
               .moved = static_cast<float>(test.distance),
               .count = markers,
               .over = over.data()});
  std::vector<Index> result;
  for (Index sixteen = 0; sixteen < size_of(over); ++sixteen) {
    for (unsigned bits = over[at(sixteen)]; bits != 0; bits &= bits - 1) {
      const Index marker = sixteen * sweep_lanes + std::countr_zero(bits);
      if (test.skip[at(marker)] == 0) {
        result.push_back(marker);
      }
    }
  }
  return result;
}

} // namespace vigil::penalized
