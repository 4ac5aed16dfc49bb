// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/sweep_kernel.hpp"

#include <algorithm>

// The one body of the sweep, included by each kernel file with its own Lanes:
//   Lanes::zero(), Lanes::load(const float*), Lanes::load_first(const float*, Index),
//   lanes.add_product(Lanes, Lanes), lanes.total() (lanes added as a fixed tree).
// Everything here has internal linkage, so that no kernel gets another one's code.
namespace vigil::penalized {
namespace {

/// C columns times D directions, one tile of registers.
template <class Lanes, int C, int D>
void sweep_tile(const SweepTask& task, Index column, Index direction) {
  double sums[C][D] = {};
  for (Index first = 0; first < task.length; first += sweep_rows) {
    const Index end = std::min(task.length, first + sweep_rows);
    const Index whole = first + (end - first) / sweep_lanes * sweep_lanes;
    Lanes part[C][D];
    for (int c = 0; c < C; ++c) {
      for (int d = 0; d < D; ++d) {
        part[c][d] = Lanes::zero();
      }
    }
    const auto add = [&](const auto& load, Index row) {
      Lanes values[C];
      for (int c = 0; c < C; ++c) {
        values[c] = load(task.columns + (column + c) * task.length + row);
      }
      for (int d = 0; d < D; ++d) {
        const Lanes weight = load(task.directions[direction + d] + row);
        for (int c = 0; c < C; ++c) {
          part[c][d].add_product(values[c], weight);
        }
      }
    };
    for (Index row = first; row < whole; row += sweep_lanes) {
      add([](const float* from) { return Lanes::load(from); }, row);
    }
    if (whole < end) {
      const Index rest = end - whole;
      add([rest](const float* from) { return Lanes::load_first(from, rest); }, whole);
    }
    for (int c = 0; c < C; ++c) {
      for (int d = 0; d < D; ++d) {
        sums[c][d] += static_cast<double>(part[c][d].total());
      }
    }
  }
  for (int c = 0; c < C; ++c) {
    for (int d = 0; d < D; ++d) {
      task.out[direction + d][column + c] = sums[c][d];
    }
  }
}

template <class Lanes, int C, int D>
void sweep_columns(const SweepTask& task, Index column) {
  Index direction = 0;
  for (; direction + D <= task.number; direction += D) {
    sweep_tile<Lanes, C, D>(task, column, direction);
  }
  for (; direction < task.number; ++direction) {
    sweep_tile<Lanes, C, 1>(task, column, direction);
  }
}

template <class Lanes, int C, int D>
void sweep_all(const SweepTask& task) {
  Index column = 0;
  for (; column + C <= task.count; column += C) {
    sweep_columns<Lanes, C, D>(task, column);
  }
  for (; column < task.count; ++column) {
    sweep_columns<Lanes, 1, D>(task, column);
  }
}

} // namespace
} // namespace vigil::penalized
