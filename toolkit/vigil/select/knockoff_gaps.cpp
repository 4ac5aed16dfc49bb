// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/knockoff_gaps.hpp"

#include "vigil/numeric/matrix.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::select {

namespace {

constexpr Index most_rounds = 500;
constexpr double small_step = 1e-8, safety = 1e-6;

arma::mat matrix_of(std::span<const double> values, Index order) {
  VIGIL_EXPECTS(size_of(values) == order * order);
  return {values.data(), at(order), at(order)};
}

/// (2 R - S)^-1, symmetric.
arma::mat inverse_rest(const arma::mat& correlation, const std::vector<double>& gap) {
  arma::mat rest = 2.0 * correlation;
  for (arma::uword place = 0; place < rest.n_rows; ++place) {
    rest(place, place) -= gap[place];
  }
  arma::mat inverse;
  const bool done = arma::inv_sympd(inverse, arma::symmatl(rest));
  VIGIL_ENSURES(done);
  return inverse;
}

/// One pass over the coordinates; returns the largest step as a share of its s.
double improve(arma::mat& inverse, std::vector<double>& gap) {
  double largest = 0.0;
  for (arma::uword place = 0; place < inverse.n_rows; ++place) {
    const arma::vec column = inverse.col(place);
    const double size = std::sqrt(arma::dot(column, column)), own = column(place);
    const double step = (1.0 - gap[place] * size) / (size + own);
    inverse += (step / (1.0 - step * own)) * column * column.t();
    gap[place] += step;
    largest = std::max(largest, std::fabs(step) / gap[place]);
  }
  return largest;
}

} // namespace

std::string_view name_of(KnockoffGaps gaps) noexcept {
  return gaps == KnockoffGaps::equal ? "equal" : "minimum-variance";
}

std::optional<KnockoffGaps> parse_knockoff_gaps(std::string_view text) noexcept {
  for (const KnockoffGaps gaps : {KnockoffGaps::minimum_variance, KnockoffGaps::equal}) {
    if (text == name_of(gaps)) {
      return gaps;
    }
  }
  return std::nullopt;
}

std::vector<double> equal_gaps(std::span<const double> correlation, Index order) {
  const arma::vec values = arma::eig_sym(matrix_of(correlation, order));
  const double gap = (1.0 - safety) * std::min(1.0, 2.0 * values.min());
  VIGIL_ENSURES(gap > 0.0);
  return std::vector<double>(at(order), gap);
}

std::vector<double> minimum_variance_gaps(std::span<const double> correlation, Index order) {
  const arma::mat matrix = matrix_of(correlation, order);
  std::vector<double> gap = equal_gaps(correlation, order);
  for (double& value : gap) {
    value /= 2.0;
  }
  for (Index round = 0; round < most_rounds; ++round) {
    arma::mat inverse = inverse_rest(matrix, gap);
    if (improve(inverse, gap) <= small_step) {
      break;
    }
  }
  return gap;
}

std::vector<double>
knockoff_gaps(KnockoffGaps gaps, std::span<const double> correlation, Index order) {
  return gaps == KnockoffGaps::equal ? equal_gaps(correlation, order)
                                     : minimum_variance_gaps(correlation, order);
}

} // namespace vigil::select
