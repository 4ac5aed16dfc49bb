// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/numeric/updatable_factor.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

// LAPACK; the last argument is the length of the first.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" void dpotrf_(const char* triangle,
                        const int* order,
                        double* matrix,
                        const int* stride,
                        int* info,
                        std::size_t length);

namespace vigil {

bool UpdatableFactor::append(std::span<const double> cross, double diagonal) {
  VIGIL_EXPECTS(size_of(cross) == order_);
  std::vector<double> row(cross.begin(), cross.end());
  solve_lower(view(lower_), row);
  double pivot = diagonal;
  for (const double value : row) {
    pivot -= value * value;
  }
  if (!(pivot > tolerance_ * diagonal)) {
    return false;
  }
  lower_.resize(std::max(lower_.rows(), order_ + 1), std::max(lower_.columns(), order_ + 1));
  for (Index column = 0; column < order_; ++column) {
    lower_(order_, column) = row[at(column)];
  }
  lower_(order_, order_) = std::sqrt(pivot);
  ++order_;
  return true;
}

bool UpdatableFactor::assign(const GrowingMatrix& matrix) {
  const Index order = matrix.columns();
  lower_.resize(0, 0); // nothing of it is kept
  lower_.resize(order, order);
  for (Index column = 0; column < order; ++column) {
    std::copy_n(matrix.column(column).data() + column,
                order - column,
                lower_.column(column).data() + column);
  }
  return factor_in_place(order);
}

bool UpdatableFactor::assign_spent(GrowingMatrix& matrix) {
  std::swap(lower_, matrix);
  return factor_in_place(lower_.columns());
}

bool UpdatableFactor::factor_in_place(Index order) {
  order_ = 0;
  std::vector<double> diagonal;
  diagonal.reserve(at(order));
  for (Index column = 0; column < order; ++column) {
    diagonal.push_back(lower_(column, column));
  }
  if (order > 0) {
    const int columns = narrow<int>(order), stride = narrow<int>(lower_.stride());
    int info = 0;
    dpotrf_("L", &columns, lower_.data(), &stride, &info, std::size_t{1});
    VIGIL_ENSURES(info >= 0);
    if (info > 0) {
      return false;
    }
  }
  for (Index column = 0; column < order; ++column) {
    const double root = lower_(column, column);
    if (!(root * root > tolerance_ * diagonal[at(column)])) {
      return false;
    }
  }
  order_ = order;
  return true;
}

void UpdatableFactor::remove(Index place) {
  VIGIL_EXPECTS(place >= 0 && place < order_);
  for (Index column = 0; column < order_; ++column) { // drop the row
    double* values = lower_.column(column).data();
    const Index from = std::max(place + 1, column);
    std::copy(values + from, values + order_, values + from - 1);
  }
  // Column c > place now has its diagonal entry in row c - 1: rotate it into the column before.
  for (Index column = place; column + 1 < order_; ++column) {
    double* left = lower_.column(column).data();
    double* right = lower_.column(column + 1).data();
    const double length = std::hypot(left[column], right[column]);
    const double cosine = left[column] / length, sine = right[column] / length;
    for (Index row = column; row + 1 < order_; ++row) {
      const double old_left = left[row], old_right = right[row];
      left[row] = cosine * old_left + sine * old_right;
      right[row] = cosine * old_right - sine * old_left;
    }
  }
  --order_;
}

void UpdatableFactor::solve(std::span<double> values) const {
  solve_half(values);
  solve_other_half(values);
}

void UpdatableFactor::solve_half(std::span<double> values) const {
  VIGIL_EXPECTS(size_of(values) == order_);
  solve_lower(view(lower_), values);
}

void UpdatableFactor::solve_other_half(std::span<double> values) const {
  VIGIL_EXPECTS(size_of(values) == order_);
  solve_lower_transposed(view(lower_), values);
}

double UpdatableFactor::quadratic_form(std::span<const double> x) const {
  VIGIL_EXPECTS(size_of(x) == order_);
  return squared_norm_lower_transposed(view(lower_), x);
}

} // namespace vigil
