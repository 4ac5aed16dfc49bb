// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/residual_subspace.hpp"

#include "vigil/penalized/sweep_kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace vigil::penalized {

namespace {

// In sixteen lanes; infinite where a value is not finite.
float largest_absolute(std::span<const float> values) {
  std::array<float, 16> most{}, spoiled{};
  const auto look = [&](std::size_t lane, float value) {
    const float size = std::fabs(value);
    most[lane] = size > most[lane] ? size : most[lane];
    spoiled[lane] += value - value;
  };
  const std::size_t whole = values.size() / 16 * 16;
  for (std::size_t place = 0; place < whole; place += 16) {
    for (std::size_t lane = 0; lane < 16; ++lane) {
      look(lane, values[place + lane]);
    }
  }
  for (std::size_t place = whole; place < values.size(); ++place) {
    look(0, values[place]);
  }
  const bool finite =
      std::all_of(spoiled.begin(), spoiled.end(), [](float sum) { return sum == 0.0F; });
  return finite ? *std::max_element(most.begin(), most.end())
                : std::numeric_limits<float>::infinity();
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

void ResidualSubspace::combine(const Split& split,
                               std::span<float> out,
                               std::span<float> largest) const {
  VIGIL_EXPECTS(size_of(out) == markers_ && size_of(largest) == strips_of(markers_) &&
                split.part.size() == direction_.size());
  for (Index first = 0; first < markers_; first += marker_strip) {
    const Index count = std::min(marker_strip, markers_ - first);
    float* sums = out.data() + first;
    std::fill_n(sums, count, 0.0F);
    for (std::size_t k = 0; k < split.part.size(); ++k) {
      const float part = split.part[k];
      const float* products = products_[k].data() + first;
      for (Index marker = 0; marker < count; ++marker) {
        sums[marker] += part * products[marker];
      }
    }
    largest[at(first / marker_strip)] = largest_absolute({sums, at(count)});
  }
}

double ResidualSubspace::roundings(double further) const noexcept {
  // the rows of a resample may all fall into one lane
  const auto in_a_lane =
      static_cast<double>(std::min(size_of(inverse_weight_), sweep_rows / sweep_lanes));
  return 1.01 * (in_a_lane + 12.0 + further) * 0x1p-24;
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
  const auto rest = static_cast<float>(1.0001 * test.rest_norm);
  const auto slack = static_cast<float>(1.0001 * test.slack);
  const auto limit = static_cast<float>(0.999999 * test.limit);
  std::vector<Index> result;
  for (Index first = 0; first < markers; first += marker_strip) {
    const auto& strip = test.norms.strips[at(first / marker_strip)];
    const float most = test.largest[at(first / marker_strip)] + strip.norm * rest +
                       strip.uncentred * slack - 0.999999F * limit * strip.factor;
    if (most <= 0.0F) { // false for a sum that is not a number
      continue;
    }
    const Index end = std::min(markers, first + marker_strip);
    for (Index marker = first; marker < end; ++marker) {
      const float excess =
          std::fabs(test.combined[at(marker)]) + test.norms.norm[at(marker)] * rest +
          test.norms.uncentred[at(marker)] * slack - limit * test.factor[at(marker)];
      if (!(excess <= 0.0F) && test.skip[at(marker)] == 0) {
        result.push_back(marker);
      }
    }
  }
  return result;
}

} // namespace vigil::penalized
