// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/bivariate_pooling.hpp"

#include "vigil/base/contract.hpp"
#include "vigil/numeric/matrix.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace vigil {

namespace {

using Vector2 = arma::vec2;
using Matrix2 = arma::mat22;
using Vector3 = arma::vec3;
using Matrix3 = arma::mat33;

Matrix2 full(const Symmetric2& matrix) {
  return Matrix2{{matrix.first, matrix.cross}, {matrix.cross, matrix.second}};
}

Symmetric2 symmetric(const Matrix2& matrix) {
  return {
      .first = matrix(0, 0), .cross = 0.5 * (matrix(0, 1) + matrix(1, 0)), .second = matrix(1, 1)};
}

double determinant(const Matrix2& m) {
  return m(0, 0) * m(1, 1) - m(0, 1) * m(1, 0);
}

Matrix2 inverse(const Matrix2& m) {
  return Matrix2{{m(1, 1), -m(0, 1)}, {-m(1, 0), m(0, 0)}} / determinant(m);
}

/// Where the entries of T stand: T = t_1 D_1 + t_2 D_2 + t_3 D_3, t = (variance, covariance, variance).
const std::array<Matrix2, 3>& directions() {
  static const std::array<Matrix2, 3> all{Matrix2{{1.0, 0.0}, {0.0, 0.0}},
                                          Matrix2{{0.0, 1.0}, {1.0, 0.0}},
                                          Matrix2{{0.0, 0.0}, {0.0, 1.0}}};
  return all;
}

/// The restricted likelihood (negative, without constant) at one T.
struct Restricted {
  double loss = 0.0, squares = 0.0;
  Vector2 mu = {};
  Matrix2 total = {}; ///< sum of the W
  std::vector<Matrix2> weight = {};
};

Restricted restricted_at(std::span<const EstimatePair> pairs, const Matrix2& between) {
  Restricted result;
  result.total.zeros();
  Vector2 weighted(arma::fill::zeros);
  for (const EstimatePair& pair : pairs) {
    const Matrix2 variance = between + full(pair.variance);
    const Matrix2 weight = inverse(variance);
    result.loss += 0.5 * std::log(determinant(variance));
    result.total += weight;
    weighted += weight * Vector2{pair.first, pair.second};
    result.weight.push_back(weight);
  }
  result.mu = inverse(result.total) * weighted;
  for (std::size_t s = 0; s < pairs.size(); ++s) {
    const Vector2 residual = Vector2{pairs[s].first, pairs[s].second} - result.mu;
    result.squares += arma::dot(residual, result.weight[s] * residual);
  }
  result.loss += 0.5 * (std::log(determinant(result.total)) + result.squares);
  return result;
}

/// Gradient and curvature of the loss in t. With P the residual projection, e = P y:
///   d_i = {tr(P D_i) - e' D_i e} / 2,   d_ij = {2 e' D_i P D_j e - tr(P D_i P D_j)} / 2
struct Slopes {
  Vector3 gradient = {};
  Matrix3 curvature = {};
};

Slopes slopes_at(std::span<const EstimatePair> pairs, const Restricted& at_t) {
  const Matrix2 inverse_total = inverse(at_t.total);
  const auto& d = directions();
  std::array<Matrix2, 3> outer;
  std::array<Vector2, 3> carried;
  for (arma::uword i = 0; i < 3; ++i) {
    outer[i].zeros();
    carried[i].zeros();
  }
  Slopes slopes;
  slopes.gradient.zeros();
  slopes.curvature.zeros();
  for (std::size_t s = 0; s < pairs.size(); ++s) {
    const Matrix2& w = at_t.weight[s];
    const Vector2 e = w * (Vector2{pairs[s].first, pairs[s].second} - at_t.mu);
    for (arma::uword i = 0; i < 3; ++i) {
      const Matrix2 wd = w * d[i];
      const Matrix2 wdw = wd * w;
      const Vector2 de = d[i] * e;
      slopes.gradient(i) += 0.5 * (arma::trace(wd) - arma::dot(e, de));
      outer[i] += wdw;
      carried[i] += w * de;
      for (arma::uword j = 0; j < 3; ++j) {
        const Matrix2 both = wdw * d[j];
        slopes.curvature(i, j) += arma::dot(de, w * (d[j] * e)) - 0.5 * arma::trace(both) +
                                  arma::trace(inverse_total * both * w);
      }
    }
  }
  for (arma::uword i = 0; i < 3; ++i) {
    slopes.gradient(i) -= 0.5 * arma::trace(inverse_total * outer[i]);
    for (arma::uword j = 0; j < 3; ++j) {
      slopes.curvature(i, j) -=
          arma::dot(carried[i], inverse_total * carried[j]) +
          0.5 * arma::trace(inverse_total * outer[i] * inverse_total * outer[j]);
    }
  }
  return slopes;
}

/// T of the factor L = (p_1, 0; p_2, p_3).
Matrix2 between_of(const Vector3& p) {
  return Matrix2{{p(0) * p(0), p(0) * p(1)}, {p(0) * p(1), p(1) * p(1) + p(2) * p(2)}};
}

/// The same, with a variance that the steps only approach 0 by set to it.
Matrix2 settled(Matrix2 between) {
  constexpr double nothing = 1e-12; // of the variance of the estimates
  for (const arma::uword i : {arma::uword{0}, arma::uword{1}}) {
    if (between(i, i) < nothing) {
      between.row(i).zeros();
      between.col(i).zeros();
    }
  }
  return between;
}

/// The same slopes in the entries of the factor.
Slopes in_factor(const Slopes& in_t, const Vector3& p) {
  const Matrix3 jacobian{{2.0 * p(0), 0.0, 0.0}, {p(1), p(0), 0.0}, {0.0, 2.0 * p(1), 2.0 * p(2)}};
  Slopes result{.gradient = jacobian.t() * in_t.gradient,
                .curvature = jacobian.t() * in_t.curvature * jacobian};
  result.curvature(0, 0) += 2.0 * in_t.gradient(0);
  result.curvature(0, 1) += in_t.gradient(1);
  result.curvature(1, 0) += in_t.gradient(1);
  result.curvature(1, 1) += 2.0 * in_t.gradient(2);
  result.curvature(2, 2) += 2.0 * in_t.gradient(2);
  return result;
}

/// Newton's step with every curvature taken as positive, so that it leads down.
Vector3 downward_step(const Slopes& slopes) {
  arma::vec curvature;
  arma::mat axes;
  const Matrix3 symmetric_part = 0.5 * (slopes.curvature + slopes.curvature.t());
  arma::eig_sym(curvature, axes, arma::mat(symmetric_part));
  const double least = std::max(1e-10 * arma::abs(curvature).max(), 1e-10);
  arma::vec along = axes.t() * arma::vec(slopes.gradient);
  for (arma::uword i = 0; i < 3; ++i) {
    along(i) /= std::max(std::fabs(curvature(i)), least);
  }
  return Vector3(-axes * along);
}

struct Found {
  Vector3 factor = {};
  double loss = 0.0;
  bool converged = false;
};

Found descend(std::span<const EstimatePair> pairs, Vector3 factor) {
  Restricted here = restricted_at(pairs, between_of(factor));
  constexpr int most_steps = 200;
  for (int step = 0; step < most_steps; ++step) {
    const Slopes slopes = in_factor(slopes_at(pairs, here), factor);
    const Vector3 move = downward_step(slopes);
    const double promised = -arma::dot(slopes.gradient, move);
    constexpr double nearly = 1e-12; // left to win: one more full step squares the distance
    if (promised <= nearly) {
      return {.factor = factor + move, .loss = here.loss, .converged = true};
    }
    double share = 1.0;
    Vector3 next = factor + move;
    Restricted there = restricted_at(pairs, between_of(next));
    while (!(there.loss <= here.loss - 1e-4 * share * promised) && share > 1e-8) {
      share *= 0.5;
      next = factor + share * move;
      there = restricted_at(pairs, between_of(next));
    }
    if (share <= 1e-8) {
      break;
    }
    factor = next;
    here = std::move(there);
  }
  return {.factor = factor, .loss = here.loss, .converged = false};
}

/// SD of the estimates with their errors, of the first or the second values: the unit in which T is looked for.
double unit_of(std::span<const EstimatePair> pairs, bool first) {
  const auto k = static_cast<double>(pairs.size());
  double mean = 0.0, within = 0.0, squares = 0.0;
  for (const EstimatePair& pair : pairs) {
    mean += (first ? pair.first : pair.second) / k;
    within += (first ? pair.variance.first : pair.variance.second) / k;
  }
  for (const EstimatePair& pair : pairs) {
    const double gap = (first ? pair.first : pair.second) - mean;
    squares += gap * gap;
  }
  return std::sqrt(within + squares / k);
}

Symmetric2 in_units(const Symmetric2& matrix, double first, double second) {
  return {.first = matrix.first * first * first,
          .cross = matrix.cross * first * second,
          .second = matrix.second * second * second};
}

} // namespace

BivariatePooling pool_centres(std::span<const EstimatePair> pairs) {
  VIGIL_EXPECTS(pairs.size() >= 2);
  const double first = unit_of(pairs, true), second = unit_of(pairs, false);
  std::vector<EstimatePair> scaled;
  for (const EstimatePair& pair : pairs) {
    VIGIL_EXPECTS(pair.variance.first > 0.0 && determinant(full(pair.variance)) > 0.0);
    scaled.push_back({.first = pair.first / first,
                      .second = pair.second / second,
                      .variance = in_units(pair.variance, 1.0 / first, 1.0 / second)});
  }
  Found best;
  best.loss = std::numeric_limits<double>::infinity();
  for (const Vector3& start : {Vector3{0.7, 0.0, 0.7},
                               Vector3{0.7, 0.5, 0.3},
                               Vector3{0.7, -0.5, 0.3},
                               Vector3{0.2, 0.0, 0.2}}) {
    const Found found = descend(scaled, start);
    if (found.loss < best.loss - 1e-9) {
      best = found;
    }
  }
  const Matrix2 between = settled(between_of(best.factor));
  const Restricted at_best = restricted_at(scaled, between);
  const auto k = static_cast<double>(pairs.size());
  const double h2 = at_best.squares / (2.0 * (k - 1.0));
  return {.centres = size_of(pairs),
          .mu_first = at_best.mu(0) * first,
          .mu_second = at_best.mu(1) * second,
          .between = in_units(symmetric(between), first, second),
          .mu_variance = in_units(symmetric(h2 * inverse(at_best.total)), first, second),
          .log_likelihood = -at_best.loss - (k - 1.0) * std::log(first * second),
          .converged = best.converged};
}

} // namespace vigil
