// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/wide_quadratic.hpp"

#include "vigil/numeric/factor.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>
#include <utility>

namespace vigil::penalized {

namespace {

constexpr int most_rounds = 500, block_rounds = 20, most_corrections = 3;
constexpr double dependent = 1e-11; // pivot of an unpenalized column, relative to its diagonal

} // namespace

struct WideSolver::Call {
  const WideQuadratic& q;
  ActiveSet set;
  std::vector<double> start;             ///< a
  std::vector<double> gradient;          ///< there
  bool slope_known = true;               ///< the set's slope is that of b
  std::vector<Index> places = {};        ///< free columns
  std::vector<double> target = {};       ///< of these
  std::vector<double> target_slope = {}; ///< of all columns
  std::vector<double> rows = {};         ///< Q x of some x
  std::vector<double> right = {};        ///< x of the last solution
  std::vector<double> right_rows = {};   ///< Q x of it, or X x
  std::vector<double> by_row = {};       ///< scratch: X x of some x

  [[nodiscard]] Index positive_rows() const noexcept { return q.positive.rows; }
  [[nodiscard]] std::span<double> positive() { return std::span(rows).first(at(positive_rows())); }
  [[nodiscard]] std::span<double> negative() {
    return std::span(rows).subspan(at(positive_rows()));
  }
  [[nodiscard]] bool by_columns() const { return q.terms().by_columns(); }
  /// rows = Q x.
  void take_rows(std::span<const double> x) {
    rows.resize(at(positive_rows() + q.negative.rows));
    if (by_columns()) {
      by_row.resize(at(q.columns.rows));
      multiply(ColumnsView{.exact = q.columns, .scaled = q.scaled}, x, by_row);
      q.curvature->transform(by_row, positive(), {});
      return;
    }
    multiply(q.positive, x, positive());
    multiply(q.negative, x, negative());
  }
  /// rows = Q x for the right-hand side of a solution: few entries of x are other ones than at the last solution.
  void take_right_rows(std::vector<double> x) {
    std::vector<Index> changed;
    for (Index place = 0; place < size_of(right); ++place) {
      if (x[at(place)] != right[at(place)]) {
        changed.push_back(place);
      }
    }
    if (right.empty() || size_of(changed) > size_of(x) / 4) {
      take_rows(x);
      right_rows = by_columns() ? by_row : rows;
    } else {
      const std::initializer_list<MatrixView> whole{q.columns}, parts{q.positive, q.negative};
      for (const Index place : changed) {
        const double move = x[at(place)] - right[at(place)];
        auto to = right_rows.begin();
        for (const MatrixView& part : by_columns() ? whole : parts) {
          const double* from = part.data + place * part.stride;
          for (Index row = 0; row < part.rows; ++row) {
            *to++ += move * from[row];
          }
        }
      }
      if (by_columns()) {
        q.curvature->transform(right_rows, positive(), {});
      } else {
        rows = right_rows;
      }
    }
    right = std::move(x);
  }
  /// Q' rows.
  [[nodiscard]] std::vector<double> transposed() {
    std::vector<double> result(set.b.size());
    if (by_columns()) {
      by_row.resize(at(q.columns.rows));
      q.curvature->transform_back(positive(), by_row);
      multiply_transposed(ColumnsView{.exact = q.columns, .scaled = q.scaled}, by_row, result);
      return result;
    }
    multiply_transposed(q.positive, positive(), result);
    if (q.negative.rows > 0) {
      std::vector<double> more(result.size());
      multiply_transposed(q.negative, negative(), more);
      for (std::size_t place = 0; place < result.size(); ++place) {
        result[place] += more[place];
      }
    }
    return result;
  }
  /// x'H x, rows = Q x.
  [[nodiscard]] double curvature_of_rows() {
    double sum = 0.0;
    for (const double value : positive()) {
      sum += value * value;
    }
    for (const double value : negative()) {
      sum -= value * value;
    }
    return q.scale * sum;
  }
  /// The slope after a move by x, rows = Q x; the rows are spent.
  void lower_slope_by_rows() {
    for (double& value : negative()) {
      value = -value;
    }
    const std::vector<double> product = transposed();
    for (std::size_t place = 0; place < product.size(); ++place) {
      set.slope[place] -= q.scale * product[place];
    }
  }
  void refresh_slope() {
    std::vector<double> moved(start.size());
    for (std::size_t place = 0; place < moved.size(); ++place) {
      moved[place] = set.b[place] - start[place];
    }
    set.slope = gradient;
    take_rows(moved);
    lower_slope_by_rows();
    slope_known = true;
  }
  [[nodiscard]] bool penalized(Index place) const { return q.factor[at(place)] > 0.0; }
  /// Values of the listed places, zero elsewhere.
  [[nodiscard]] std::vector<double> spread(std::span<const double> values) const {
    std::vector<double> result(set.b.size(), 0.0);
    for (Index number = 0; number < size_of(places); ++number) {
      result[at(places[at(number)])] = values[at(number)];
    }
    return result;
  }
  bool move_to_target(bool slope_is_exact) {
    for (Index number = 0; number < size_of(places); ++number) {
      if (!set.fits(places[at(number)], target[at(number)])) {
        return false;
      }
    }
    for (Index number = 0; number < size_of(places); ++number) {
      set.b[at(places[at(number)])] = target[at(number)];
      set.fresh[at(places[at(number)])] = 0;
    }
    set.slope = target_slope;
    slope_known = slope_is_exact;
    return true;
  }
  /// Moves to the target with the misfits at zero or at their limits, where that lowers the objective.
  bool project();
  /// Goes towards the target to where the objective is least, at most to the first limit.
  void cut();
};

bool WideSolver::Call::project() {
  std::vector<double> to(target), change;
  std::vector<Index> stopping;
  for (Index number = 0; number < size_of(places); ++number) {
    const Index place = places[at(number)];
    double& value = to[at(number)];
    if (!set.fits(place, value)) {
      const bool wrong_side = set.sign[at(place)] != 0.0 && value * set.sign[at(place)] <= 0.0;
      value = wrong_side ? 0.0 : std::clamp(value, set.lower(place), set.upper(place));
      stopping.push_back(place);
    }
    change.push_back(value - set.b[at(place)]);
  }
  if (!slope_known) {
    refresh_slope();
  }
  take_rows(spread(change));
  double rise = curvature_of_rows() / 2.0;
  for (Index number = 0; number < size_of(places); ++number) {
    const Index place = places[at(number)];
    const double before = set.b[at(place)], after = to[at(number)];
    rise += -set.slope[at(place)] * change[at(number)] +
            set.l1(place) * (std::fabs(after) - std::fabs(before)) +
            set.l2(place) * (after * after - before * before) / 2.0;
  }
  if (!(rise < 0.0)) {
    return false;
  }
  lower_slope_by_rows();
  for (Index number = 0; number < size_of(places); ++number) {
    set.b[at(places[at(number)])] = to[at(number)];
    set.fresh[at(places[at(number)])] = 0;
  }
  for (const Index place : stopping) {
    set.stop(place);
  }
  return true;
}

void WideSolver::Call::cut() {
  set.cut(places, target, [&](std::span<const double> step) {
    take_rows(spread(step));
    double bend = curvature_of_rows();
    for (Index number = 0; number < size_of(places); ++number) {
      bend += set.l2(places[at(number)]) * step[at(number)] * step[at(number)];
    }
    return bend;
  });
  slope_known = false;
}

double WideSolver::minimise(const WideQuadratic& quadratic,
                            double tolerance,
                            std::span<double> coefficient) {
  VIGIL_EXPECTS(quadratic.ridge > 0.0 && quadratic.positive.columns == size_of(coefficient));
  Call call{.q = quadratic,
            .set = {quadratic.penalty, coefficient, tolerance},
            .start = {coefficient.begin(), coefficient.end()},
            .gradient = {quadratic.gradient.begin(), quadratic.gradient.end()}};
  call.set.slope = call.gradient;
  int corrections = 0;
  for (int round = 0; round < most_rounds; ++round) {
    if (!settle(call)) {
      return std::numeric_limits<double>::infinity();
    }
    while (true) {
      if (!call.slope_known) {
        call.refresh_slope();
      }
      const auto [any, inaccurate] = call.set.release(round >= block_rounds);
      if (any) {
        break;
      }
      if (!(inaccurate > tolerance) || ++corrections > most_corrections || !polish(call)) {
        return call.set.violation;
      }
    }
  }
  return call.set.violation;
}

// The minimum for the free columns, some of which may stop on the way. False: the sums have lost their accuracy.
bool WideSolver::settle(Call& call) {
  for (int round = 0; round < most_rounds; ++round) {
    if (!sync(call)) {
      return false;
    }
    if (call.places.empty()) {
      return true;
    }
    solve(call);
    if (call.move_to_target(!rows_.ill_conditioned())) {
      return true;
    }
    if (!call.set.drop_fresh(call.places, call.target) && !call.project()) {
      call.cut();
    }
  }
  return true;
}

// The minimum for fixed signs once more, from where the last solution went. False where it would turn a sign.
bool WideSolver::polish(Call& call) {
  call.start.assign(call.set.b.begin(), call.set.b.end());
  call.gradient = call.set.slope;
  solve(call);
  return call.move_to_target(false);
}

void WideSolver::forget() noexcept {
  rows_.forget();
}

void WideSolver::renumber(std::span<const Index> kept) {
  rows_.renumber(kept);
  unpenalized_.assign(1, no_index); // they may have other places
}

// Makes the systems those of the free columns.
bool WideSolver::sync(Call& call) {
  std::vector<Index> penalized, unpenalized;
  call.places.clear();
  for (Index place = 0; place < call.set.order(); ++place) {
    if (call.set.free(place)) {
      call.places.push_back(place);
      (call.penalized(place) ? penalized : unpenalized).push_back(place);
    }
  }
  bool changed = false;
  if (!rows_.follow(call.q.terms(), penalized, changed)) {
    return false;
  }
  if (changed || unpenalized != unpenalized_) {
    unpenalized_ = std::move(unpenalized);
    factor_unpenalized(call);
  }
  return true;
}

void WideSolver::factor_unpenalized(const Call& call) {
  const Index rows = call.q.positive.rows, less = call.q.negative.rows;
  const Index count = size_of(unpenalized_);
  unpenalized_rows_ = zeros(rows + less, count);
  for (Index number = 0; number < count; ++number) {
    const Index place = unpenalized_[at(number)];
    call.q.terms().copy_transformed(place, 1.0, unpenalized_rows_.column(number));
  }
  solved_rows_ = unpenalized_rows_;
  for (Index number = 0; number < count; ++number) {
    rows_.solve(solved_rows_.column(number));
  }
  schur_ = zeros(count, count);
  cross_multiply(view(unpenalized_rows_), view(solved_rows_), call.q.scale, 0.0, schur_, 0, 0);
}

// The minimum for the free columns with their signs, and the slope there.
void WideSolver::solve(Call& call) const {
  std::vector<double> x(call.set.b.size()), right;
  for (Index place = 0; place < call.set.order(); ++place) {
    const double from = call.start[at(place)];
    if (!call.set.free(place)) {
      x[at(place)] = call.set.b[at(place)] - from;
    } else if (call.penalized(place)) {
      const double pull = call.gradient[at(place)] - call.set.l1(place) * call.set.sign[at(place)];
      x[at(place)] = pull / call.set.l2(place) - from;
    } else {
      right.push_back(call.gradient[at(place)]);
    }
  }
  call.take_right_rows(std::move(x));
  std::vector<double>& z = call.rows;
  rows_.solve(z);
  if (!right.empty()) {
    std::vector<double> taken(right.size()), added(z.size());
    multiply_transposed(view(unpenalized_rows_), z, taken);
    for (std::size_t number = 0; number < right.size(); ++number) {
      right[number] -= call.q.scale * taken[number];
    }
    const Index count = size_of(right);
    CholeskyFactor({schur_.data(), at(count * count)}, count, dependent).solve(right);
    multiply(view(solved_rows_), right, added);
    for (std::size_t row = 0; row < z.size(); ++row) {
      z[row] += added[row];
    }
  }
  call.target_slope = call.transposed();
  for (std::size_t place = 0; place < call.target_slope.size(); ++place) {
    call.target_slope[place] = call.gradient[place] - call.q.scale * call.target_slope[place];
  }
  call.target.clear();
  Index other = 0;
  for (const Index place : call.places) {
    const double pull =
        call.target_slope[at(place)] - call.set.l1(place) * call.set.sign[at(place)];
    call.target.push_back(call.penalized(place) ? pull / call.set.l2(place)
                                                : call.start[at(place)] + right[at(other++)]);
  }
}

} // namespace vigil::penalized
