// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/survival/group_test.hpp"

#include "vigil/numeric/matrix.hpp"
#include "vigil/numeric/tail.hpp"

#include <algorithm>
#include <vector>

namespace vigil::survival {

GroupTest group_test(std::span<const double> difference, std::span<const double> variance) {
  const Index groups = size_of(difference);
  VIGIL_EXPECTS(size_of(variance) == groups * groups);
  GroupTest result;
  std::vector<Index> used;
  for (Index g = 0; g < groups; ++g) {
    if (variance[at(g * groups + g)] > 0.0) {
      used.push_back(g);
    }
  }
  if (size_of(used) < 2) {
    result.undefined_because = "fewer than two groups are at risk together at an event time";
    return result;
  }
  const arma::uword size = used.size() - 1;
  arma::vec z(size);
  arma::mat v(size, size);
  for (arma::uword row = 0; row < size; ++row) {
    z[row] = difference[at(used[row])];
    for (arma::uword column = 0; column < size; ++column) {
      v(row, column) = variance[at(used[row] * groups + used[column])];
    }
  }
  arma::vec solved;
  if (!arma::solve(solved, v, z, arma::solve_opts::no_approx)) {
    result.undefined_because =
        "the groups are at risk at different times: their variance is singular";
    return result;
  }
  result.chi_square = arma::dot(z, solved);
  result.degrees_of_freedom = static_cast<Index>(size);
  result.p = chi_square_upper(std::max(result.chi_square, 0.0), static_cast<double>(size));
  return result;
}

} // namespace vigil::survival
