// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/factor.hpp"

#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <cmath>

namespace vigil {

CholeskyFactor::CholeskyFactor(std::span<const double> matrix, Index order, double tolerance)
    : order_(order), lower_(at(order * order), 0.0), pivot_(at(order), 0.0) {
  VIGIL_EXPECTS(size_of(matrix) == order * order);
  const auto row = [&](Index number, Index length) {
    return std::span<const double>(lower_).subspan(at(number * order), at(length));
  };
  for (Index i = 0; i < order; ++i) {
    for (Index j = 0; j < i; ++j) {
      if (keeps(j)) {
        const double rest = matrix[at(j * order + i)] - dot(row(i, j), row(j, j));
        lower_[at(i * order + j)] = rest / lower_[at(j * order + j)];
      }
    }
    const double diagonal = matrix[at(i * order + i)];
    const double pivot = diagonal - dot(row(i, i), row(i, i));
    if (pivot > tolerance * diagonal && pivot > 0.0) {
      pivot_[at(i)] = pivot;
      lower_[at(i * order + i)] = std::sqrt(pivot);
    } else {
      std::fill_n(lower_.begin() + i * order, i + 1, 0.0);
    }
  }
}

Index CholeskyFactor::rank() const noexcept {
  return std::count_if(pivot_.begin(), pivot_.end(), [](double pivot) { return pivot > 0.0; });
}

void CholeskyFactor::solve(std::span<double> values) const {
  for (Index i = 0; i < order_; ++i) {
    if (!keeps(i)) {
      values[at(i)] = 0.0;
      continue;
    }
    const auto row = std::span<const double>(lower_).subspan(at(i * order_), at(i));
    values[at(i)] = (values[at(i)] - dot(row, values.first(at(i)))) / lower_[at(i * order_ + i)];
  }
  for (Index i = order_ - 1; i >= 0; --i) {
    if (!keeps(i)) {
      continue;
    }
    const double solved = values[at(i)] / lower_[at(i * order_ + i)];
    values[at(i)] = solved;
    for (Index j = 0; j < i; ++j) {
      values[at(j)] -= solved * lower_[at(i * order_ + j)];
    }
  }
}

std::vector<double> CholeskyFactor::inverse() const {
  std::vector<double> result(at(order_ * order_), 0.0);
  for (Index column = 0; column < order_; ++column) {
    if (keeps(column)) {
      const auto values = std::span<double>(result).subspan(at(column * order_), at(order_));
      values[at(column)] = 1.0;
      solve(values);
    }
  }
  return result;
}

} // namespace vigil
