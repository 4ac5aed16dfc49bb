// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/path_fit.hpp"

#include <string>

namespace vigil::test {

/// Every number of a path as bytes: equal strings are equal paths to the last bit.
inline std::string bytes_of(const penalized::PathFit& path) {
  std::string bytes;
  const auto append = [&](const auto& values) {
    bytes.append(reinterpret_cast<const char*>(values.data()),
                 values.size() * sizeof(values.front()));
  };
  append(path.lambda);
  append(path.coefficients.point_start);
  append(path.coefficients.feature);
  append(path.coefficients.value);
  append(path.deviance_explained);
  append(path.objective);
  append(path.kkt_violation);
  append(path.iterations);
  return bytes;
}

} // namespace vigil::test
