// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/wide_quadratic.hpp"

#include "vigil/numeric/factor.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigil::penalized {

namespace {

constexpr int most_rounds = 500, block_rounds = 20, most_corrections = 3;
constexpr double dependent = 1e-11; // pivot of an unpenalized column, relative to its diagonal

GrowingMatrix zeros(Index rows, Index columns) {
  GrowingMatrix matrix(rows);
  matrix.resize(rows, columns);
  return matrix;
}

} // namespace

struct WideSolver::Call {
  const WideQuadratic& q;
  ActiveSet set;
  std::vector<double> pull = {};  ///< g + H a
  std::vector<Index> places = {}; ///< free columns
  std::vector<double> target = {};
  std::vector<double> rows = {}; ///< Q x of some x

  [[nodiscard]] Index positive_rows() const noexcept { return q.positive.rows; }
  [[nodiscard]] std::span<double> positive() { return std::span(rows).first(at(positive_rows())); }
  [[nodiscard]] std::span<double> negative() {
    return std::span(rows).subspan(at(positive_rows()));
  }
  /// rows = Q x.
  void take_rows(std::span<const double> x) {
    rows.resize(at(positive_rows() + q.negative.rows));
    multiply(q.positive, x, positive());
    multiply(q.negative, x, negative());
  }
  /// H x, by way of the rows.
  [[nodiscard]] std::vector<double> product(std::span<const double> x) {
    take_rows(x);
    std::vector<double> result(x.size()), less(x.size());
    multiply_transposed(q.positive, positive(), result);
    multiply_transposed(q.negative, negative(), less);
    for (std::size_t place = 0; place < result.size(); ++place) {
      result[place] = q.scale * (result[place] - less[place]);
    }
    return result;
  }
  /// x'H x.
  [[nodiscard]] double curvature(std::span<const double> x) {
    take_rows(x);
    double sum = 0.0;
    for (const double value : positive()) {
      sum += value * value;
    }
    for (const double value : negative()) {
      sum -= value * value;
    }
    return q.scale * sum;
  }
  void refresh_slope() {
    const std::vector<double> hb = product(set.b);
    for (std::size_t place = 0; place < hb.size(); ++place) {
      set.slope[place] = pull[place] - hb[place];
    }
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
  /// Pull that columns at their limits leave for the free ones, with the l1 part.
  void set_right_hand_side() {
    std::vector<double> fixed(set.b.size(), 0.0), taken;
    bool any = false;
    for (Index place = 0; place < set.order(); ++place) {
      if (!set.free(place) && set.b[at(place)] != 0.0) {
        fixed[at(place)] = set.b[at(place)];
        any = true;
      }
    }
    if (any) {
      taken = product(fixed);
    }
    target.clear();
    for (const Index place : places) {
      target.push_back(pull[at(place)] - set.l1(place) * set.sign[at(place)] -
                       (any ? taken[at(place)] : 0.0));
    }
  }
  bool move_to_target() {
    for (Index number = 0; number < size_of(places); ++number) {
      if (!set.fits(places[at(number)], target[at(number)])) {
        return false;
      }
    }
    for (Index number = 0; number < size_of(places); ++number) {
      set.b[at(places[at(number)])] = target[at(number)];
      set.fresh[at(places[at(number)])] = 0;
    }
    return true;
  }
  /// Moves to the target with the misfits at zero or at their limits, where that lowers the objective.
  bool project();
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
  refresh_slope();
  double rise = curvature(spread(change)) / 2.0;
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
  for (Index number = 0; number < size_of(places); ++number) {
    set.b[at(places[at(number)])] = to[at(number)];
    set.fresh[at(places[at(number)])] = 0;
  }
  for (const Index place : stopping) {
    set.stop(place);
  }
  return true;
}

double WideSolver::minimise(const WideQuadratic& quadratic,
                            double tolerance,
                            std::span<double> coefficient) {
  VIGIL_EXPECTS(quadratic.ridge > 0.0 && quadratic.positive.columns == size_of(coefficient));
  Call call{.q = quadratic, .set = {quadratic.penalty, coefficient, tolerance}};
  in_sums_.resize(coefficient.size(), 0.0);
  call.pull = call.product(coefficient);
  for (std::size_t place = 0; place < call.pull.size(); ++place) {
    call.pull[place] += quadratic.gradient[place];
  }
  int corrections = 0;
  for (int round = 0; round < most_rounds; ++round) {
    if (!settle(call)) {
      return std::numeric_limits<double>::infinity();
    }
    call.refresh_slope();
    while (true) {
      const auto [any, inaccurate] = call.set.release(round >= block_rounds);
      if (any) {
        break;
      }
      if (!(inaccurate > tolerance) || ++corrections > most_corrections || !polish(call)) {
        return call.set.violation;
      }
      call.refresh_slope();
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
    call.set_right_hand_side();
    solve(call, call.target);
    if (call.move_to_target()) {
      return true;
    }
    if (!call.set.drop_fresh(call.places, call.target) && !call.project()) {
      call.set.cut(call.places, call.target, [&](std::span<const double> step) {
        double bend = call.curvature(call.spread(step));
        for (Index number = 0; number < size_of(call.places); ++number) {
          bend += call.set.l2(call.places[at(number)]) * step[at(number)] * step[at(number)];
        }
        return bend;
      });
    }
  }
  return true;
}

// One correction of the solution for fixed signs. False where it would turn a sign.
bool WideSolver::polish(Call& call) {
  call.target.clear();
  for (const Index place : call.places) {
    call.target.push_back(call.set.force(place));
  }
  solve(call, call.target);
  for (Index number = 0; number < size_of(call.places); ++number) {
    call.target[at(number)] += call.set.b[at(call.places[at(number)])];
  }
  return call.move_to_target();
}

void WideSolver::forget() noexcept {
  std::fill(in_sums_.begin(), in_sums_.end(), 0.0);
  taken_out_ = 0;
  factored_ridge_ = 0.0;
  positive_sum_.resize(0, 0);
}

void WideSolver::renumber(std::span<const Index> kept) {
  std::vector<double> in_sums;
  double held = 0.0, still = 0.0;
  for (const double factor : in_sums_) {
    held += factor > 0.0 ? 1.0 : 0.0;
  }
  for (const Index place : kept) {
    in_sums.push_back(place < size_of(in_sums_) ? in_sums_[at(place)] : 0.0);
    still += in_sums.back() > 0.0 ? 1.0 : 0.0;
  }
  in_sums_ = std::move(in_sums);
  if (still < held) { // a column of the sums is no longer there to be taken out
    forget();
  }
  factored_ridge_ = 0.0; // unpenalized columns may have other places
}

// Makes sums and factors those of the free columns.
bool WideSolver::sync(Call& call) {
  std::vector<Index> joining, leaving, penalized;
  call.places.clear();
  for (Index place = 0; place < call.set.order(); ++place) {
    const bool free = call.set.free(place), wanted = free && call.penalized(place);
    if (free) {
      call.places.push_back(place);
    }
    if (wanted) {
      penalized.push_back(place);
    }
    if (wanted && in_sums_[at(place)] == 0.0) {
      joining.push_back(place);
    } else if (!wanted && in_sums_[at(place)] > 0.0) {
      leaving.push_back(place);
    }
  }
  taken_out_ += size_of(leaving);
  const bool anew = positive_sum_.rows() != call.q.positive.rows ||
                    2 * taken_out_ > size_of(penalized) ||
                    2 * (size_of(joining) + size_of(leaving)) > size_of(penalized);
  if (anew) {
    forget();
    joining = penalized;
    leaving.clear();
    const Index rows = call.q.positive.rows, less = call.q.negative.rows;
    positive_sum_ = zeros(rows, rows);
    mixed_sum_ = zeros(rows, less);
    negative_sum_ = zeros(less, less);
  }
  add_to_sums(call, leaving, -1.0);
  add_to_sums(call, joining, 1.0);
  std::vector<Index> unpenalized;
  for (const Index place : call.places) {
    if (!call.penalized(place)) {
      unpenalized.push_back(place);
    }
  }
  const bool changed = !joining.empty() || !leaving.empty();
  if (changed || factored_ridge_ != call.q.ridge) {
    if (!factor(call)) {
      forget();
      return false;
    }
  }
  if (changed || factored_ridge_ != call.q.ridge || unpenalized != unpenalized_) {
    unpenalized_ = std::move(unpenalized);
    factor_unpenalized(call);
  }
  factored_ridge_ = call.q.ridge;
  return true;
}

void WideSolver::add_to_sums(const Call& call, std::span<const Index> places, double sign) {
  constexpr Index at_once = 256;
  const auto gather = [&](MatrixView from, std::span<const Index> listed, GrowingMatrix& to) {
    to = zeros(from.rows, size_of(listed));
    for (Index number = 0; number < size_of(listed); ++number) {
      const Index place = listed[at(number)];
      const double unit = 1.0 / std::sqrt(in_sums_[at(place)]);
      const double* column = from.data + place * from.stride;
      double* out = to.column(number).data();
      for (Index row = 0; row < from.rows; ++row) {
        out[row] = unit * column[row];
      }
    }
  };
  for (const Index place : places) {
    in_sums_[at(place)] = sign > 0.0 ? call.q.factor[at(place)] : in_sums_[at(place)];
  }
  GrowingMatrix positive, negative;
  for (Index first = 0; first < size_of(places); first += at_once) {
    const auto listed = places.subspan(at(first), at(std::min(at_once, size_of(places) - first)));
    gather(call.q.positive, listed, positive);
    outer_multiply(view(positive), sign, 1.0, positive_sum_);
    if (call.q.negative.rows > 0) {
      gather(call.q.negative, listed, negative);
      outer_multiply(view(positive), view(negative), sign, 1.0, mixed_sum_);
      outer_multiply(view(negative), sign, 1.0, negative_sum_);
    }
  }
  for (const Index place : places) {
    in_sums_[at(place)] = sign > 0.0 ? in_sums_[at(place)] : 0.0;
  }
}

// Block elimination of J + s Q D^-1 Q': I + s p p' first, then the rest with its sign turned.
bool WideSolver::factor(const Call& call) {
  const double unit = call.q.scale / call.q.ridge;
  const Index rows = call.q.positive.rows, less = call.q.negative.rows;
  const auto scaled = [&](const GrowingMatrix& sum, double factor, double diagonal) {
    scratch_.resize(sum.rows(), sum.columns());
    for (Index column = 0; column < sum.columns(); ++column) {
      for (Index row = 0; row < sum.rows(); ++row) {
        scratch_(row, column) = factor * sum(row, column) + (row == column ? diagonal : 0.0);
      }
    }
  };
  scaled(positive_sum_, unit, 1.0);
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
  VIGIL_EXPECTS(scaled_mixed_.rows() == rows);
  scaled(negative_sum_, -unit, 1.0);
  cross_multiply(
      view(scaled_mixed_), view(solved_mixed_), 1.0, 1.0, scratch_, 0, 0); // lower triangle
  return negative_factor_.assign(scratch_);
}

// rows = (J + s Q D^-1 Q')^-1 rows.
void WideSolver::solve_rows(std::span<double> rows) const {
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

void WideSolver::factor_unpenalized(const Call& call) {
  const Index rows = call.q.positive.rows, less = call.q.negative.rows;
  const Index count = size_of(unpenalized_);
  unpenalized_rows_ = zeros(rows + less, count);
  for (Index number = 0; number < count; ++number) {
    const Index place = unpenalized_[at(number)];
    const auto to = unpenalized_rows_.column(number);
    std::copy_n(call.q.positive.data + place * call.q.positive.stride, rows, to.begin());
    std::copy_n(call.q.negative.data + place * call.q.negative.stride, less, to.begin() + rows);
  }
  solved_rows_ = unpenalized_rows_;
  for (Index number = 0; number < count; ++number) {
    solve_rows(solved_rows_.column(number));
  }
  schur_ = zeros(count, count);
  cross_multiply(view(unpenalized_rows_), view(solved_rows_), call.q.scale, 0.0, schur_, 0, 0);
}

// Of D + H on the free columns, in their order, in place.
void WideSolver::solve(const Call& call, std::span<double> values) const {
  const Index rows = call.q.positive.rows, less = call.q.negative.rows;
  std::vector<double> x(call.set.b.size(), 0.0), z(at(rows + less)), right;
  for (Index number = 0; number < size_of(call.places); ++number) {
    const Index place = call.places[at(number)];
    if (call.penalized(place)) {
      x[at(place)] = values[at(number)] / call.set.l2(place);
    } else {
      right.push_back(values[at(number)]);
    }
  }
  const auto upper = std::span(z).first(at(rows)), lower = std::span(z).subspan(at(rows));
  multiply(call.q.positive, x, upper);
  multiply(call.q.negative, x, lower);
  solve_rows(z);
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
  std::vector<double> product(x.size()), below(x.size());
  multiply_transposed(call.q.positive, upper, product);
  multiply_transposed(call.q.negative, lower, below);
  for (Index number = 0, other = 0; number < size_of(call.places); ++number) {
    const Index place = call.places[at(number)];
    values[at(number)] =
        call.penalized(place)
            ? (values[at(number)] - call.q.scale * (product[at(place)] + below[at(place)])) /
                  call.set.l2(place)
            : right[at(other++)];
  }
}

} // namespace vigil::penalized
