// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/stratified_variance.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::forest {

void StratifiedVariance::clear() {
  rows_.clear();
  strata_.clear();
  unit_ = 0.0;
}

void StratifiedVariance::add(std::uint32_t stratum, Index copies, double square) {
  rows_.push_back({stratum, static_cast<std::uint32_t>(copies)});
  if (stratum >= strata_.size()) {
    strata_.resize(stratum + std::size_t{1});
  }
  strata_[stratum].copies += copies;
  strata_[stratum].squares += square;
}

void StratifiedVariance::take_factors() {
  double largest = 0.0;
  for (Stratum& stratum : strata_) {
    const auto copies = static_cast<double>(stratum.copies);
    stratum.squares /= stratum.copies > 1 ? copies * (copies - 1.0) : HUGE_VAL;
    largest = std::max(largest, stratum.squares);
  }
  if (!(largest > 0.0)) {
    return;
  }
  int exponent = 0;
  static_cast<void>(std::frexp(largest, &exponent));
  constexpr int bits = 62;
  unit_ = std::ldexp(1.0, exponent - bits);
  for (Stratum& stratum : strata_) {
    stratum.factor = std::llround(stratum.squares / unit_);
  }
}

void StratifiedVariance::leave_zero(std::span<const std::uint32_t> places,
                                    std::vector<Index>& left) const {
  for (const std::uint32_t place : places) {
    left[rows_[place].stratum] = 0;
  }
}

double StratifiedVariance::of(std::span<const std::uint32_t> places,
                              std::vector<Index>& left) const {
  left.resize(std::max(left.size(), strata_.size()));
  Wide sum = 0;
  for (const std::uint32_t place : places) {
    const Row& row = rows_[place];
    sum += step(row, left[row.stratum]);
    left[row.stratum] += row.copies;
  }
  leave_zero(places, left);
  return static_cast<double>(sum) * unit_;
}

void StratifiedVariance::scan(std::span<const std::uint32_t> places,
                              std::vector<Index>& left,
                              std::vector<double>& inverse) const {
  left.resize(std::max(left.size(), strata_.size()));
  inverse.resize(places.size());
  const double whole = nothing() ? 0.0 : 1.0 / unit_;
  Wide sum = 0;
  for (std::size_t number = 0; number < places.size(); ++number) {
    const Row& row = rows_[places[number]];
    sum += step(row, left[row.stratum]);
    left[row.stratum] += row.copies;
    inverse[number] = sum > 0 ? whole / static_cast<double>(sum) : 0.0;
  }
  leave_zero(places, left);
}

} // namespace vigil::forest
