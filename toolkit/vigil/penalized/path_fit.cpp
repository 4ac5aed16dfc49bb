// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/penalized/path_fit.hpp"

namespace vigil::penalized {

PathFit truncated(const PathFit& path, Index points) {
  VIGIL_EXPECTS(points <= path.points());
  PathFit result = path;
  const Index values = path.coefficients.point_start[at(points)];
  result.coefficients.point_start.resize(at(points + 1));
  result.coefficients.feature.resize(at(values));
  result.coefficients.value.resize(at(values));
  for (auto* list :
       {&result.lambda, &result.deviance_explained, &result.objective, &result.kkt_violation}) {
    list->resize(at(points));
  }
  if (!result.intercept.empty()) {
    result.intercept.resize(at(points));
  }
  result.nonzero.resize(at(points));
  result.iterations.resize(at(points));
  result.status.resize(at(points));
  return result;
}

} // namespace vigil::penalized
