// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/scaled_columns.hpp"

#include "vigil/numeric/four_lanes.hpp"
#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <cmath>

namespace vigil {

namespace {

constexpr Index eight = 8, columns_at_once = 4;
constexpr double largest_centre = 100.0; // in scales

// Eight floats as doubles.
struct EightDoubles {
  __m256d low, high;
  explicit EightDoubles(const float* from)
      : low(_mm256_cvtps_pd(_mm_loadu_ps(from))), high(_mm256_cvtps_pd(_mm_loadu_ps(from + 4))) {}
};

// Products of Columns columns with v, all padded to a multiple of eight rows.
template <int Columns>
void multiply_each(const float* from, Index stride, const double* v, double* out) {
  __m256d low[Columns], high[Columns];
  for (int each = 0; each < Columns; ++each) {
    low[each] = high[each] = _mm256_setzero_pd();
  }
  for (Index row = 0; row < stride; row += eight) {
    const __m256d first = _mm256_loadu_pd(v + row), last = _mm256_loadu_pd(v + row + 4);
    for (int each = 0; each < Columns; ++each) {
      const EightDoubles x(from + each * stride + row);
      low[each] = _mm256_fmadd_pd(x.low, first, low[each]);
      high[each] = _mm256_fmadd_pd(x.high, last, high[each]);
    }
  }
  for (int each = 0; each < Columns; ++each) {
    out[each] = total(_mm256_add_pd(low[each], high[each]));
  }
}

// out += sum of Columns columns times their factors.
template <int Columns>
void add_multiples(const float* from, Index stride, const double* factor, double* out) {
  for (Index row = 0; row < stride; row += eight) {
    __m256d first = _mm256_loadu_pd(out + row), last = _mm256_loadu_pd(out + row + 4);
    for (int each = 0; each < Columns; ++each) {
      const EightDoubles x(from + each * stride + row);
      const __m256d by = _mm256_set1_pd(factor[each]);
      first = _mm256_fmadd_pd(x.low, by, first);
      last = _mm256_fmadd_pd(x.high, by, last);
    }
    _mm256_storeu_pd(out + row, first);
    _mm256_storeu_pd(out + row + 4, last);
  }
}

} // namespace

ScaledColumns::ScaledColumns(Index rows)
    : rows_(rows), stride_((rows + eight - 1) / eight * eight) {}

bool ScaledColumns::fits(double centre, double scale) noexcept {
  return std::isfinite(centre) && scale > 0.0 && std::fabs(centre) <= largest_centre * scale;
}

void ScaledColumns::add(std::span<const float> x, double centre, double scale) {
  VIGIL_EXPECTS(size_of(x) == rows_ && fits(centre, scale));
  values_.insert(values_.end(), x.begin(), x.end());
  values_.resize(at((columns() + 1) * stride_), 0.0F);
  centre_.push_back(centre);
  scale_.push_back(scale);
}

void ScaledColumns::add_absent() {
  absent_.push_back(columns());
  values_.resize(at((columns() + 1) * stride_), 0.0F);
  centre_.push_back(0.0);
  scale_.push_back(1.0);
}

void ScaledColumns::keep(std::span<const Index> listed) {
  std::vector<Index> absent;
  for (Index to = 0; to < size_of(listed); ++to) {
    const Index from = listed[at(to)];
    if (std::binary_search(absent_.begin(), absent_.end(), from)) {
      absent.push_back(to);
    }
    std::copy_n(column(from), from == to ? 0 : stride_, values_.begin() + to * stride_);
    centre_[at(to)] = centre_[at(from)];
    scale_[at(to)] = scale_[at(from)];
  }
  absent_ = std::move(absent);
  values_.resize(at(size_of(listed) * stride_));
  centre_.resize(listed.size());
  scale_.resize(listed.size());
}

void ScaledColumns::multiply_transposed(Index first,
                                        std::span<const double> v,
                                        std::span<double> out) const {
  const Index count = size_of(out);
  VIGIL_EXPECTS(size_of(v) == rows_ && first + count <= columns());
  std::vector<double> padded(v.begin(), v.end());
  padded.resize(at(stride_), 0.0);
  double sum = 0.0;
  for (const double value : v) {
    sum += value;
  }
  Index place = 0;
  for (; place + columns_at_once <= count; place += columns_at_once) {
    multiply_each<columns_at_once>(
        column(first + place), stride_, padded.data(), out.data() + place);
  }
  for (; place < count; ++place) {
    multiply_each<1>(column(first + place), stride_, padded.data(), out.data() + place);
  }
  for (place = 0; place < count; ++place) {
    out[at(place)] =
        (out[at(place)] - centre_[at(first + place)] * sum) / scale_[at(first + place)];
  }
}

void ScaledColumns::multiply(Index first, std::span<const double> b, std::span<double> out) const {
  const Index count = size_of(b);
  VIGIL_EXPECTS(size_of(out) == rows_ && first + count <= columns());
  std::vector<double> factor;
  factor.reserve(b.size());
  double shift = 0.0;
  for (Index place = 0; place < count; ++place) {
    factor.push_back(b[at(place)] / scale_[at(first + place)]);
    shift += factor.back() * centre_[at(first + place)];
  }
  std::vector<double> padded(at(stride_), -shift);
  Index place = 0;
  for (; place + columns_at_once <= count; place += columns_at_once) {
    add_multiples<columns_at_once>(
        column(first + place), stride_, factor.data() + place, padded.data());
  }
  for (; place < count; ++place) {
    add_multiples<1>(column(first + place), stride_, factor.data() + place, padded.data());
  }
  std::copy_n(padded.begin(), rows_, out.begin());
}

namespace {

// Calls visit(place, column in double) for the columns that the floats lack.
template <class Visit>
void visit_absent(const ColumnsView& matrix, const Visit& visit) {
  const auto absent = matrix.scaled->absent();
  for (auto each = std::lower_bound(absent.begin(), absent.end(), matrix.first);
       each != absent.end() && *each < matrix.first + matrix.exact.columns;
       ++each) {
    const Index place = *each - matrix.first;
    visit(place,
          std::span<const double>(matrix.exact.data + place * matrix.exact.stride,
                                  at(matrix.exact.rows)));
  }
}

} // namespace

void multiply_transposed(const ColumnsView& matrix,
                         std::span<const double> x,
                         std::span<double> out) {
  if (matrix.scaled == nullptr) {
    multiply_transposed(matrix.exact, x, out);
    return;
  }
  matrix.scaled->multiply_transposed(matrix.first, x, out);
  visit_absent(matrix, [&](Index place, std::span<const double> column) {
    out[at(place)] = dot(column, x);
  });
}

void multiply(const ColumnsView& matrix, std::span<const double> x, std::span<double> out) {
  if (matrix.scaled == nullptr) {
    multiply(matrix.exact, x, out);
    return;
  }
  matrix.scaled->multiply(matrix.first, x, out);
  visit_absent(matrix, [&](Index place, std::span<const double> column) {
    for (std::size_t row = 0; row < column.size(); ++row) {
      out[row] += x[at(place)] * column[row];
    }
  });
}

} // namespace vigil
