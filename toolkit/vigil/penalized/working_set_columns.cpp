// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Columns that join and leave a working set, and their curvature; working_set.cpp has the steps.
#include "vigil/penalized/working_set.hpp"

#include <algorithm>

namespace vigil::penalized {

namespace {

// Of columns in double, from which on they are read as floats; the share of the columns that may be none.
constexpr Index far_bytes = Index{1} << 19, most_absent = 4;

} // namespace

void WorkingSet::add(std::span<const Joining> joining,
                     std::span<const double> values,
                     std::span<const float> stored) {
  const Index first = size(), rows = loss_.rows();
  const Index count = size_of(joining);
  VIGIL_EXPECTS(size_of(values) == count * rows);
  values_.resize(rows, first + count);
  for (Index number = 0; number < count; ++number) {
    column_.push_back(joining[at(number)].column);
    penalty_.push_back(joining[at(number)].penalty);
    coefficient_.push_back(0.0);
    const auto from = values.subspan(at(number * rows), at(rows));
    std::copy(from.begin(), from.end(), values_.column(first + number).begin());
    const Joining& each = joining[at(number)];
    if (ScaledColumns::fits(each.centre, each.scale)) {
      scaled_.add(stored.subspan(at(number * rows), at(rows)), each.centre, each.scale);
    } else {
      scaled_.add_absent();
    }
  }
  groups_ = all_groups_.among(column_);
}

ColumnsView WorkingSet::columns_view(Index first, Index count) const {
  const bool far = 8 * loss_.rows() * size() > far_bytes;
  const bool floats = most_absent * size_of(scaled_.absent()) <= size();
  return {.exact = view(values_, first, count),
          .scaled = far && floats ? &scaled_ : nullptr,
          .first = first};
}

// P and N of the columns that have joined since.
void WorkingSet::transform() {
  const Index first = positive_.columns();
  positive_.resize(reference_->positive_rows(), size());
  negative_.resize(reference_->negative_rows(), size());
  reference_->transform_columns(view(values_), first, positive_, negative_);
}

// Of all columns: only its extents are known where none has been transformed (RowSystemTerms::by_columns).
MatrixView WorkingSet::transformed(const GrowingMatrix& matrix) const {
  MatrixView all = view(matrix);
  all.columns = size();
  return all;
}

// Of the columns that have joined since.
void WorkingSet::extend_curvature() {
  const Index first = curvature_.columns(), joined = size() - first;
  if (joined == 0) {
    return;
  }
  transform();
  curvature_.resize(size(), size());
  if (first == 0) {
    cross_multiply(view(positive_), inverse_weight_, 0.0, curvature_);
    if (negative_.rows() > 0) {
      cross_multiply(view(negative_), -inverse_weight_, 1.0, curvature_);
    }
    return;
  }
  cross_multiply(
      view(positive_), view(positive_, first, joined), inverse_weight_, 0.0, curvature_, 0, first);
  if (negative_.rows() > 0) {
    cross_multiply(view(negative_),
                   view(negative_, first, joined),
                   -inverse_weight_,
                   1.0,
                   curvature_,
                   0,
                   first);
  }
  for (Index row = 0; row < size(); ++row) {
    for (Index column = std::max(first, row + 1); column < size(); ++column) {
      curvature_(column, row) = curvature_(row, column);
    }
  }
}

void WorkingSet::take_curvature() {
  reference_ = loss_.curvature(eta_);
  positive_.resize(reference_->positive_rows(), 0);
  negative_.resize(reference_->negative_rows(), 0);
  curvature_.resize(0, 0);
  solver_.forget();
  wide_solver_.forget();
}

RowSystemTerms WorkingSet::row_terms(double ridge, std::span<const double> factor) const {
  return {.positive = transformed(positive_),
          .negative = transformed(negative_),
          .scale = inverse_weight_,
          .ridge = ridge,
          .factor = factor,
          .columns = view(values_),
          .curvature = reference_.get()};
}

void WorkingSet::retain(std::span<const Index> places) {
  if (size_of(places) == size()) {
    return;
  }
  std::vector<double> factor;
  for (const ColumnPenalty& column : penalty_) {
    factor.push_back(column.factor);
  }
  wide_solver_.take_out(row_terms(1.0, factor), places);
  forget_pull(places);
  const bool known = gradient_known_ == size();
  gradient_.resize(at(size()));
  for (Index to = 0; to < size_of(places); ++to) {
    const std::size_t from = at(places[at(to)]);
    column_[at(to)] = column_[from];
    penalty_[at(to)] = penalty_[from];
    coefficient_[at(to)] = coefficient_[from];
    gradient_[at(to)] = known ? gradient_[from] : 0.0;
  }
  gradient_known_ = known ? size_of(places) : 0;
  column_.resize(places.size());
  penalty_.resize(places.size());
  coefficient_.resize(places.size());
  groups_ = all_groups_.among(column_);
  values_.keep_columns(places);
  scaled_.keep(places);
  const auto before = [&](Index columns) {
    return places.first(
        at(std::lower_bound(places.begin(), places.end(), columns) - places.begin()));
  };
  negative_.keep_columns(before(negative_.columns()));
  positive_.keep_columns(before(positive_.columns()));
  curvature_.keep_square(before(curvature_.columns()));
  solver_.renumber(places);
  wide_solver_.renumber(places);
}

} // namespace vigil::penalized
