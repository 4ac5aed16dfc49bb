// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/row_system.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::penalized {

namespace {

constexpr double well_conditioned = 1e5;               // largest diagonal of I + s p p'
constexpr double smallest_pivot = 1e-6;                // of the border
constexpr Index changes_at_once = 8, most_border = 40; // beyond, a new factor costs less

GrowingMatrix zeros(Index rows, Index columns) {
  GrowingMatrix matrix(rows);
  matrix.resize(rows, columns);
  return matrix;
}

void copy_column(const RowSystemTerms& terms, Index column, double unit, std::span<double> to) {
  auto out = to.begin();
  for (const MatrixView& part : {terms.positive, terms.negative}) {
    for (Index row = 0; row < part.rows; ++row) {
      *out++ = unit * part.data[column * part.stride + row];
    }
  }
}

} // namespace

bool RowSystem::follow(const RowSystemTerms& terms, std::span<const Index> columns, bool& changed) {
  in_sums_.resize(terms.factor.size(), 0.0);
  const auto change = changes(size_of(terms.factor), columns);
  changed = !change.empty() || ridge_ != terms.ridge;
  if (!changed) {
    return true;
  }
  const bool small = ridge_ == terms.ridge && size_of(change) <= changes_at_once &&
                     size_of(border_) + size_of(change) <= most_border;
  return (small && border(terms, change)) || make_anew(terms, columns);
}

// Columns that are wanted and not there, or the other way round.
std::vector<RowSystem::Change> RowSystem::changes(Index columns,
                                                  std::span<const Index> wanted) const {
  std::vector<char> differs(at(columns), 0);
  for (Index column = 0; column < columns; ++column) {
    differs[at(column)] = in_sums_[at(column)] > 0.0 ? 1 : 0;
  }
  for (const Change& change : border_) {
    differs[at(change.column)] = change.sign > 0.0 ? 1 : 0;
  }
  const std::vector<char> held = differs;
  for (const Index column : wanted) {
    differs[at(column)] ^= 1;
  }
  std::vector<Change> result;
  for (Index column = 0; column < columns; ++column) {
    if (differs[at(column)] != 0) {
      result.push_back({column, held[at(column)] != 0 ? -1.0 : 1.0});
    }
  }
  return result;
}

// False: there is no accurate factor of the border.
bool RowSystem::border(const RowSystemTerms& terms, std::span<const Change> changes) {
  drop_from_border(changes);
  const Index rows = terms.positive.rows + terms.negative.rows;
  for (const Change& change : changes) {
    const bool back = (in_sums_[at(change.column)] > 0.0) == (change.sign > 0.0);
    if (back) { // dropped from the border: there is nothing to add
      continue;
    }
    const Index number = size_of(border_);
    border_.push_back(change);
    border_rows_.resize(rows, number + 1);
    border_solved_.resize(rows, number + 1);
    const double unit = std::sqrt(terms.scale / (terms.ridge * terms.factor[at(change.column)]));
    copy_column(terms, change.column, unit, border_rows_.column(number));
    const auto solved = border_solved_.column(number);
    std::copy_n(border_rows_.column(number).begin(), rows, solved.begin());
    solve_without_border(solved);
  }
  return factor_border();
}

// Columns that return to where they were when the factors were made.
void RowSystem::drop_from_border(std::span<const Change> changes) {
  std::vector<Index> kept;
  std::vector<Change> left;
  for (Index number = 0; number < size_of(border_); ++number) {
    const bool returns = std::any_of(changes.begin(), changes.end(), [&](const Change& change) {
      return change.column == border_[at(number)].column;
    });
    if (!returns) {
      kept.push_back(number);
      left.push_back(border_[at(number)]);
    }
  }
  if (left.size() < border_.size()) {
    border_ = std::move(left);
    border_rows_.keep_columns(kept);
    border_solved_.keep_columns(kept);
  }
}

// L D L' of S^-1 + V'K^-1 V: joining columns come with positive, leaving ones with negative pivots, in any order.
bool RowSystem::factor_border() {
  const Index order = size_of(border_);
  border_factor_.resize(order, order);
  if (order == 0) {
    return true;
  }
  cross_multiply(view(border_rows_), view(border_solved_), 1.0, 0.0, border_factor_, 0, 0);
  for (Index column = 0; column < order; ++column) {
    border_factor_(column, column) += border_[at(column)].sign;
    for (Index row = column; row < order; ++row) {
      double value = border_factor_(row, column);
      for (Index before = 0; before < column; ++before) {
        value -= border_factor_(row, before) * border_factor_(column, before) *
                 border_factor_(before, before);
      }
      border_factor_(row, column) = row == column ? value : value / border_factor_(column, column);
    }
    if (!(std::fabs(border_factor_(column, column)) > smallest_pivot)) {
      return false;
    }
  }
  return true;
}

bool RowSystem::make_anew(const RowSystemTerms& terms, std::span<const Index> columns) {
  border_.clear();
  std::vector<Index> joining, leaving;
  for (const Change& change : changes(size_of(terms.factor), columns)) {
    (change.sign > 0.0 ? joining : leaving).push_back(change.column);
  }
  taken_out_ += size_of(leaving);
  const Index half = size_of(columns) / 2;
  const bool anew = positive_sum_.rows() != terms.positive.rows || taken_out_ > half ||
                    size_of(joining) + size_of(leaving) > half;
  if (anew) {
    forget();
    joining.assign(columns.begin(), columns.end());
    leaving.clear();
    positive_sum_ = zeros(terms.positive.rows, terms.positive.rows);
    mixed_sum_ = zeros(terms.positive.rows, terms.negative.rows);
    negative_sum_ = zeros(terms.negative.rows, terms.negative.rows);
  }
  add_to_sums(terms, leaving, -1.0);
  add_to_sums(terms, joining, 1.0);
  if (!factor(terms)) {
    forget();
    return false;
  }
  ridge_ = terms.ridge;
  return true;
}

void RowSystem::forget() noexcept {
  std::fill(in_sums_.begin(), in_sums_.end(), 0.0);
  taken_out_ = 0;
  ridge_ = 0.0;
  border_.clear();
  positive_sum_.resize(0, 0);
}

void RowSystem::renumber(std::span<const Index> kept) {
  std::vector<double> in_sums;
  for (const Index column : kept) {
    in_sums.push_back(column < size_of(in_sums_) ? in_sums_[at(column)] : 0.0);
  }
  const auto count = [](const std::vector<double>& factors) {
    return std::count_if(
        factors.begin(), factors.end(), [](double factor) { return factor > 0.0; });
  };
  const bool all_kept = count(in_sums) == count(in_sums_);
  in_sums_ = std::move(in_sums);
  ridge_ = 0.0;
  border_.clear();
  if (!all_kept) { // a column of the sums is no longer there to be taken out
    forget();
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
  for (Index first = 0; first < size_of(columns); first += at_once) {
    const auto listed = columns.subspan(at(first), at(std::min(at_once, size_of(columns) - first)));
    both.resize(rows + less, size_of(listed));
    for (Index number = 0; number < size_of(listed); ++number) {
      const Index column = listed[at(number)];
      copy_column(terms, column, 1.0 / std::sqrt(in_sums_[at(column)]), both.column(number));
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

// Block elimination: I + s p p' first, then the rest with its sign turned.
bool RowSystem::factor(const RowSystemTerms& terms) {
  const double unit = terms.scale / terms.ridge;
  const Index less = terms.negative.rows;
  const auto scaled = [&](const GrowingMatrix& sum, double factor, double diagonal) {
    scratch_.resize(sum.rows(), sum.columns());
    for (Index column = 0; column < sum.columns(); ++column) {
      for (Index row = 0; row < sum.rows(); ++row) {
        scratch_(row, column) = factor * sum(row, column) + (row == column ? diagonal : 0.0);
      }
    }
  };
  scaled(positive_sum_, unit, 1.0);
  double largest = 0.0;
  for (Index row = 0; row < scratch_.rows(); ++row) {
    largest = std::max(largest, scratch_(row, row));
  }
  ill_conditioned_ = less > 0 || largest > well_conditioned;
  if (!positive_factor_.assign(scratch_)) {
    return false;
  }
  if (less == 0) {
    return true;
  }
  scaled(mixed_sum_, unit, 0.0);
  scaled_mixed_ = solved_mixed_ = scratch_;
  for (Index column = 0; column < less; ++column) {
    positive_factor_.solve(solved_mixed_.column(column));
  }
  scaled(negative_sum_, -unit, 1.0);
  cross_multiply(
      view(scaled_mixed_), view(solved_mixed_), 1.0, 1.0, scratch_, 0, 0); // lower triangle
  return negative_factor_.assign(scratch_);
}

void RowSystem::solve_without_border(std::span<double> rows) const {
  const Index first = positive_factor_.order(), less = size_of(rows) - first;
  const auto upper = rows.first(at(first)), lower = rows.subspan(at(first));
  positive_factor_.solve(upper);
  if (less == 0) {
    return;
  }
  std::vector<double> coupled(at(less)), back(at(first));
  multiply_transposed(view(scaled_mixed_), upper, coupled);
  for (Index row = 0; row < less; ++row) {
    lower[at(row)] = coupled[at(row)] - lower[at(row)];
  }
  negative_factor_.solve(lower);
  multiply(view(solved_mixed_), lower, back);
  for (Index row = 0; row < first; ++row) {
    upper[at(row)] -= back[at(row)];
  }
}

void RowSystem::solve(std::span<double> rows) const {
  solve_without_border(rows);
  const Index order = size_of(border_);
  if (order == 0) {
    return;
  }
  std::vector<double> part(at(order)), taken(rows.size());
  multiply_transposed(view(border_rows_), rows, part);
  for (Index column = 0; column < order; ++column) {
    for (Index row = column + 1; row < order; ++row) {
      part[at(row)] -= border_factor_(row, column) * part[at(column)];
    }
  }
  for (Index column = order - 1; column >= 0; --column) {
    part[at(column)] /= border_factor_(column, column);
    for (Index row = column + 1; row < order; ++row) {
      part[at(column)] -= border_factor_(row, column) * part[at(row)];
    }
  }
  multiply(view(border_solved_), part, taken);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    rows[row] -= taken[row];
  }
}

} // namespace vigil::penalized
