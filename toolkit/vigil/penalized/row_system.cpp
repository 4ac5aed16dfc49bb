// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/row_system.hpp"

#include "vigil/numeric/sums.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::penalized {

namespace {

constexpr double well_conditioned = 1e5;                // largest diagonal of I + s p p'
constexpr double smallest_pivot = 1e-6;                 // of the border
constexpr Index changes_at_once = 24, most_border = 80; // beyond, a new factor costs less

} // namespace

bool RowSystem::follow(const RowSystemTerms& terms, std::span<const Index> columns, bool& changed) {
  in_sums_.resize(terms.factor.size(), 0.0);
  const auto change = changes(size_of(terms.factor), columns);
  const bool same = same_unit(terms.scale / terms.ridge);
  changed = !change.empty() || !same || renumbered_;
  renumbered_ = false;
  if (change.empty() && same) {
    return true;
  }
  const bool small = same && size_of(change) <= changes_at_once &&
                     size_of(border_) + size_of(change) <= most_border;
  return (small && border(terms, change)) || make_anew(terms, columns);
}

bool RowSystem::same_unit(double unit) const noexcept {
  return std::fabs(unit - unit_) <= 1e-15 * unit;
}

// Columns that are wanted and not there, or the other way round.
std::vector<RowSystem::Change> RowSystem::changes(Index columns,
                                                  std::span<const Index> wanted) const {
  std::vector<char> differs(at(columns), 0);
  for (Index column = 0; column < columns; ++column) {
    differs[at(column)] = in_sums_[at(column)] > 0.0 ? 1 : 0;
  }
  for (const Change& change : border_) {
    if (change.column != no_index) {
      differs[at(change.column)] = change.sign > 0.0 ? 1 : 0;
    }
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
    border_half_.resize(rows, number + 1);
    const double unit = std::sqrt(unit_ / terms.factor[at(change.column)]);
    terms.copy_transformed(change.column, unit, border_half_.column(number));
    solve_half(border_half_.column(number));
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
    border_half_.keep_columns(kept);
  }
}

// L D L' of S^-1 + W'J W: joining columns come with positive, leaving ones with negative pivots, in any order.
bool RowSystem::factor_border() {
  const Index order = size_of(border_);
  border_factor_.resize(order, order);
  if (order == 0) {
    return true;
  }
  const Index first = positive_factor_.order();
  const MatrixView half = view(border_half_);
  const MatrixView upper{half.data, first, order, half.stride};
  const MatrixView lower{half.data + first, half.rows - first, order, half.stride};
  cross_multiply(upper, upper, 1.0, 0.0, border_factor_, 0, 0);
  if (lower.rows > 0) {
    cross_multiply(lower, lower, -1.0, 1.0, border_factor_, 0, 0);
  }
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
  const bool anew = (column_sum_.rows() == 0 && positive_sum_.rows() != terms.positive.rows) ||
                    column_sum_.rows() != (terms.curvature != nullptr ? terms.columns.rows : 0) ||
                    taken_out_ > half || size_of(joining) + size_of(leaving) > half;
  if (anew) {
    forget_sums();
    joining.assign(columns.begin(), columns.end());
    leaving.clear();
    start_sums(terms);
  }
  add_to_sums(terms, leaving, -1.0);
  add_to_sums(terms, joining, 1.0);
  if (stale_) {
    transform_sums(terms);
  }
  if (!factor(terms)) {
    forget_sums();
    return false;
  }
  unit_ = terms.scale / terms.ridge;
  return true;
}

void RowSystem::forget() noexcept {
  unit_ = 0.0;
  border_.clear();
  stale_ = true;
  if (column_sum_.rows() == 0) {
    forget_sums();
  }
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
  renumbered_ = true;
  for (Change& change : border_) {
    if (change.column == no_index) {
      continue;
    }
    const auto found = std::lower_bound(kept.begin(), kept.end(), change.column);
    if (found == kept.end() || *found != change.column) {
      unit_ = 0.0;
      border_.clear();
      break;
    }
    change.column = found - kept.begin();
  }
  if (!all_kept) { // a column of the sums is no longer there to be taken out
    forget_sums();
  }
}

// Block elimination: I + s p p' first, then the rest with its sign turned.
bool RowSystem::factor(const RowSystemTerms& terms) {
  const double unit = terms.scale / terms.ridge;
  const Index less = terms.negative.rows;
  const auto scaled = [&](const GrowingMatrix& sum, double factor, bool symmetric) {
    scratch_.resize(sum.rows(), sum.columns());
    for (Index column = 0; column < sum.columns(); ++column) {
      const double* from = sum.column(column).data();
      double* to = scratch_.column(column).data();
      for (Index row = symmetric ? column : 0; row < sum.rows(); ++row) {
        to[row] = factor * from[row];
      }
      if (symmetric) {
        scratch_(column, column) += 1.0;
      }
    }
  };
  scaled(positive_sum_, unit, true);
  double largest = 0.0;
  for (Index row = 0; row < scratch_.rows(); ++row) {
    largest = std::max(largest, scratch_(row, row));
  }
  ill_conditioned_ = less > 0 || largest > well_conditioned;
  if (!positive_factor_.assign_spent(scratch_)) {
    return false;
  }
  if (less == 0) {
    return true;
  }
  scaled(mixed_sum_, unit, false);
  half_mixed_ = scratch_;
  for (Index column = 0; column < less; ++column) {
    positive_factor_.solve_half(half_mixed_.column(column));
  }
  scaled(negative_sum_, -unit, true);
  cross_multiply(view(half_mixed_), view(half_mixed_), 1.0, 1.0, scratch_, 0, 0); // lower triangle
  return negative_factor_.assign_spent(scratch_);
}

// K = M J M' of the factors: rows = M^-1 rows.
void RowSystem::solve_half(std::span<double> rows) const {
  const Index first = positive_factor_.order(), less = size_of(rows) - first;
  const auto upper = rows.first(at(first)), lower = rows.subspan(at(first));
  positive_factor_.solve_half(upper);
  if (less == 0) {
    return;
  }
  std::vector<double> coupled(at(less));
  multiply_transposed(view(half_mixed_), upper, coupled);
  for (Index row = 0; row < less; ++row) {
    lower[at(row)] -= coupled[at(row)];
  }
  negative_factor_.solve_half(lower);
}

// rows = M'^-1 J rows.
void RowSystem::solve_other_half(std::span<double> rows) const {
  const Index first = positive_factor_.order(), less = size_of(rows) - first;
  const auto upper = rows.first(at(first)), lower = rows.subspan(at(first));
  if (less > 0) {
    std::vector<double> back(at(first));
    for (double& value : lower) {
      value = -value;
    }
    negative_factor_.solve_other_half(lower);
    multiply(view(half_mixed_), lower, back);
    for (Index row = 0; row < first; ++row) {
      upper[at(row)] -= back[at(row)];
    }
  }
  positive_factor_.solve_other_half(upper);
}

bool RowSystem::holds(std::span<const Index> columns) const {
  return unit_ > 0.0 && !stale_ && column_sum_.rows() > 0 && negative_sum_.rows() == 0 &&
         !columns.empty() && columns.back() < size_of(in_sums_) &&
         changes(size_of(in_sums_), columns).empty();
}

void RowSystem::turn_negative(std::span<double> rows) const {
  for (double& value : rows.subspan(at(positive_factor_.order()))) {
    value = -value;
  }
}

void RowSystem::solve(std::span<double> rows) const {

  solve_half(rows);
  const Index order = size_of(border_);
  if (order > 0) {
    std::vector<double> part(at(order)), taken(rows.begin(), rows.end());
    turn_negative(taken);
    multiply_transposed(view(border_half_), taken, part);
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
    multiply(view(border_half_), part, taken);
    for (std::size_t row = 0; row < rows.size(); ++row) {
      rows[row] -= taken[row];
    }
  }
  solve_other_half(rows);
}

} // namespace vigil::penalized
