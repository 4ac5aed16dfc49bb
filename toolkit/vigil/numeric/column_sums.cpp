// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/column_sums.hpp"

#include "vigil/numeric/instruction_set.hpp"

#include <algorithm>
#include <immintrin.h>
#include <limits>

namespace vigil {

namespace {

constexpr Index strip = 64, four = 4; // rows
// Below, the sums of all subsets of four rows cost more than they save.
constexpr Index fewest_units = 8;
constexpr Index lanes = 4;
constexpr double most_cancelled = 64.0;

bool zero_or_one(std::span<const double> weights) {
  return std::all_of(
      weights.begin(), weights.end(), [](double weight) { return weight == 0.0 || weight == 1.0; });
}

Index round_up(Index count, Index step) {
  return (count + step - 1) / step * step;
}

} // namespace

PackedWeightings::PackedWeightings(std::span<const std::span<const double>> weightings, Index rows)
    : rows_(rows), place_(weightings.size()) {
  std::vector<Index> units, others;
  for (Index weighting = 0; weighting < size_of(weightings); ++weighting) {
    VIGIL_EXPECTS(size_of(weightings[at(weighting)]) == rows);
    (zero_or_one(weightings[at(weighting)]) ? units : others).push_back(weighting);
  }
  if (size_of(units) < fewest_units) {
    others.insert(others.end(), units.begin(), units.end());
    units.clear();
  }
  units_ = round_up(size_of(units), four);
  others_ = size_of(others);
  bits_.resize(at(round_up(rows, strip) / strip * units_));
  weights_.resize(at(round_up(rows, four) * others_));
  for (Index number = 0; number < size_of(units); ++number) {
    place_[at(units[at(number)])] = number;
    const auto weights = weightings[at(units[at(number)])];
    for (Index row = 0; row < rows; ++row) {
      bits_[at(row / strip * units_ + number)] |=
          (weights[at(row)] == 1.0 ? std::uint64_t{1} : std::uint64_t{0}) << (row % strip);
    }
  }
  for (Index number = 0; number < others_; ++number) {
    place_[at(others[at(number)])] = units_ + number;
    const auto weights = weightings[at(others[at(number)])];
    for (Index row = 0; row < rows; ++row) {
      weights_[at((row / four * others_ + number) * four + row % four)] = weights[at(row)];
    }
  }
}

void ColumnSums::set(std::span<const float> columns) {
  set(columns,
      choose_kernel<ColumnSumsKernel>(&column_sums_avx512, &column_sums_avx2, &column_sums_plain));
}

void ColumnSums::set(std::span<const float> columns, ColumnSumsKernel kernel) {
  const Index rows = weightings_.rows_;
  VIGIL_EXPECTS(rows > 0 && size_of(columns) % rows == 0);
  columns_ = size_of(columns) / rows;
  const Index places = weightings_.units_ + weightings_.others_;
  first_.resize(at(places * columns_ + lanes)); // moments() reads whole registers
  second_.resize(at(places * columns_ + lanes));
  scratch_.resize(at(places * column_sums_scratch));
  kernel({.columns = columns.data(),
          .rows = rows,
          .count = columns_,
          .bits = weightings_.bits_.data(),
          .units = weightings_.units_,
          .weights = weightings_.weights_.data(),
          .others = weightings_.others_,
          .first = first_.data(),
          .second = second_.data(),
          .scratch = scratch_.data()});
}

ColumnMoments ColumnSums::moments(Index weighting, double weight) {
  const Index padded = round_up(columns_, lanes);
  mean_.resize(at(padded));
  spread_.resize(at(padded));
  const double *one = first(weighting).data(), *two = second(weighting).data();
  const __m256d divisor = _mm256_set1_pd(weight), most = _mm256_set1_pd(most_cancelled);
  const __m256d unknown = _mm256_set1_pd(std::numeric_limits<double>::quiet_NaN());
  for (Index column = 0; column < padded; column += lanes) {
    const __m256d mean = _mm256_div_pd(_mm256_loadu_pd(one + column), divisor);
    const __m256d square = _mm256_div_pd(_mm256_loadu_pd(two + column), divisor);
    const __m256d variance = _mm256_sub_pd(square, _mm256_mul_pd(mean, mean));
    const __m256d known =
        _mm256_and_pd(_mm256_cmp_pd(variance, _mm256_setzero_pd(), _CMP_GT_OQ),
                      _mm256_cmp_pd(_mm256_mul_pd(most, variance), square, _CMP_GE_OQ));
    _mm256_storeu_pd(mean_.data() + column, mean);
    _mm256_storeu_pd(spread_.data() + column,
                     _mm256_blendv_pd(unknown, _mm256_sqrt_pd(variance), known));
  }
  return {.mean = std::span(mean_).first(at(columns_)),
          .spread = std::span(spread_).first(at(columns_))};
}

} // namespace vigil
