// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// The sums over the columns that a row system is made from; row_system.cpp has the system.
#include "vigil/numeric/sums.hpp"
#include "vigil/penalized/row_system.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::penalized {

namespace {

void copy_column(MatrixView matrix, Index column, double unit, std::span<double> to) {
  const double* from = matrix.data + column * matrix.stride;
  for (Index row = 0; row < matrix.rows; ++row) {
    to[at(row)] = unit * from[row];
  }
}

} // namespace

void RowSystemTerms::copy_transformed(Index column, double unit, std::span<double> to) const {
  if (!by_columns()) {
    copy_column(positive, column, unit, to);
    copy_column(negative, column, unit, to.subspan(at(positive.rows)));
    return;
  }
  curvature->transform({columns.data + column * columns.stride, at(columns.rows)}, to, {});
  for (double& value : to) {
    value *= unit;
  }
}

void RowSystem::forget_sums() noexcept {
  std::fill(in_sums_.begin(), in_sums_.end(), 0.0);
  taken_out_ = 0;
  unit_ = 0.0;
  border_.clear();
  positive_sum_.resize(0, 0);
  column_sum_.resize(0, 0);
}

void RowSystem::start_sums(const RowSystemTerms& terms) {
  stale_ = terms.curvature != nullptr;
  if (stale_) {
    column_sum_ = zeros(terms.columns.rows, terms.columns.rows);
    return;
  }
  positive_sum_ = zeros(terms.positive.rows, terms.positive.rows);
  mixed_sum_ = zeros(terms.positive.rows, terms.negative.rows);
  negative_sum_ = zeros(terms.negative.rows, terms.negative.rows);
}

// R G R' for the sum G of x x': the transforms of the rows of the transforms of its columns.
void RowSystem::transform_sums(const RowSystemTerms& terms) {
  const Index rows = column_sum_.rows(), first = terms.positive.rows, less = terms.negative.rows;
  constexpr Index tile = 32;
  const auto transpose = [](const GrowingMatrix& from, GrowingMatrix& to) {
    to.resize(from.columns(), from.rows());
    for (Index left = 0; left < from.columns(); left += tile) {
      for (Index top = 0; top < from.rows(); top += tile) {
        for (Index column = left; column < std::min(left + tile, from.columns()); ++column) {
          for (Index row = top; row < std::min(top + tile, from.rows()); ++row) {
            to(column, row) = from(row, column);
          }
        }
      }
    }
  };
  GrowingMatrix turned;
  transpose(column_sum_, turned);
  for (Index column = 0; column < rows; ++column) { // both triangles
    std::copy_n(column_sum_.column(column).begin() + column,
                rows - column,
                turned.column(column).begin() + column);
  }
  scratch_.resize(first + less, rows);
  for (Index column = 0; column < rows; ++column) {
    const auto to = scratch_.column(column);
    terms.curvature->transform(turned.column(column), to.first(at(first)), to.subspan(at(first)));
  }
  transpose(scratch_, turned);
  positive_sum_.resize(first, first);
  mixed_sum_.resize(first, less);
  negative_sum_.resize(less, less);
  std::vector<double> unused(at(less));
  for (Index column = 0; column < first; ++column) {
    terms.curvature->transform(turned.column(column), positive_sum_.column(column), unused);
  }
  for (Index column = 0; column < less; ++column) {
    terms.curvature->transform(
        turned.column(first + column), mixed_sum_.column(column), negative_sum_.column(column));
  }
  stale_ = false;
}

void RowSystem::take_out(const RowSystemTerms& terms, std::span<const Index> kept) {
  std::vector<Index> leaving;
  for (Index column = 0; column < size_of(in_sums_); ++column) {
    if (in_sums_[at(column)] > 0.0 && !std::binary_search(kept.begin(), kept.end(), column)) {
      leaving.push_back(column);
    }
  }
  if (leaving.empty()) {
    return;
  }
  add_to_sums(terms, leaving, -1.0);
  taken_out_ += size_of(leaving);
  for (const Index column : leaving) {
    const auto found = std::find_if(border_.begin(), border_.end(), [&](const Change& change) {
      return change.column == column;
    });
    if (found == border_.end()) { // the factor has it
      unit_ = 0.0;
      border_.clear();
      return;
    }
    found->column = no_index;
  }
}

void RowSystem::add_to_sums(const RowSystemTerms& terms,
                            std::span<const Index> columns,
                            double sign) {
  constexpr Index at_once = 256;
  const Index rows = terms.positive.rows, less = terms.negative.rows;
  for (const Index column : columns) {
    in_sums_[at(column)] = sign > 0.0 ? terms.factor[at(column)] : in_sums_[at(column)];
  }
  GrowingMatrix both;
  const bool transformed = column_sum_.rows() == 0 || !stale_;
  for (Index first = 0; first < size_of(columns); first += at_once) {
    const auto listed = columns.subspan(at(first), at(std::min(at_once, size_of(columns) - first)));
    if (column_sum_.rows() > 0) {
      both.resize(terms.columns.rows, size_of(listed));
      for (Index number = 0; number < size_of(listed); ++number) {
        const Index column = listed[at(number)];
        copy_column(
            terms.columns, column, 1.0 / std::sqrt(in_sums_[at(column)]), both.column(number));
      }
      outer_multiply(view(both), sign, 1.0, column_sum_);
    }
    if (!transformed) {
      continue;
    }
    both.resize(rows + less, size_of(listed));
    for (Index number = 0; number < size_of(listed); ++number) {
      const Index column = listed[at(number)];
      terms.copy_transformed(column, 1.0 / std::sqrt(in_sums_[at(column)]), both.column(number));
    }
    const MatrixView all = view(both);
    const MatrixView positive{all.data, rows, all.columns, all.stride};
    const MatrixView negative{all.data + rows, less, all.columns, all.stride};
    outer_multiply(positive, sign, 1.0, positive_sum_);
    if (less > 0) {
      outer_multiply(positive, negative, sign, 1.0, mixed_sum_);
      outer_multiply(negative, sign, 1.0, negative_sum_);
    }
  }
  for (const Index column : columns) {
    in_sums_[at(column)] = sign > 0.0 ? in_sums_[at(column)] : 0.0;
  }
}

void RowSystem::multiply_columns(const RowSystemTerms& terms,
                                 std::span<const double> y,
                                 std::span<double> out) const {
  multiply_symmetric(view(column_sum_), y, out);
  for (const Change& change : border_) {
    if (change.column == no_index) {
      continue;
    }
    const std::span<const double> x(terms.columns.data + change.column * terms.columns.stride,
                                    y.size());
    const double part = change.sign * dot(x, y) / terms.factor[at(change.column)];
    for (std::size_t row = 0; row < y.size(); ++row) {
      out[row] += part * x[row];
    }
  }
}

} // namespace vigil::penalized
