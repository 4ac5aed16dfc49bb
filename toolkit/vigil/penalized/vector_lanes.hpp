// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>

// Included by sources of this module alone, not by kernels that are compiled for other processors.
namespace vigil::penalized {

/// Four doubles in one register; g++ and clang agree on this extension.
using Lanes = double __attribute__((vector_size(32)));

inline Lanes load(const double* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

inline Lanes load(const float* from) {
  using FloatLanes = float __attribute__((vector_size(16)));
  FloatLanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return __builtin_convertvector(lanes, Lanes);
}

/// (first + third) + (second + fourth).
inline double total(Lanes lanes) {
  return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
}

} // namespace vigil::penalized
