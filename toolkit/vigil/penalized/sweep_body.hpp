// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/sweep_kernel.hpp"

#include <algorithm>

// The one body of the sweep, included by each kernel file with its own Lanes:
//   Lanes::zero(), Lanes::all(float), Lanes::load(const float*), Lanes::load_first(const float*, Index),
//   lanes.store(float*), lanes.add_product(Lanes, Lanes), lanes.absolute(),
//   lanes.total() (lanes added as a fixed tree), lanes.not_at_most(Lanes) (a bit for each lane).
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
    const Index ahead =
        C * task.length; // the tile after this one: short columns are no streams to the processor
    const auto add = [&](const auto& load, Index row) {
      Lanes values[C];
      for (int c = 0; c < C; ++c) {
        const float* from = task.columns + (column + c) * task.length + row;
        values[c] = load(from);
        __builtin_prefetch(from + ahead);
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

/// M sixteens of markers, held in registers while all lists are added.
template <class Lanes, int M>
void mix_tile(const MixTask& task, Index first) {
  Lanes sums[M];
  for (int m = 0; m < M; ++m) {
    sums[m] = Lanes::zero();
  }
  for (Index k = 0; k < task.number; ++k) {
    const Lanes part = Lanes::all(task.part[k]);
    for (int m = 0; m < M; ++m) {
      sums[m].add_product(part, Lanes::load(task.products[k] + first + m * sweep_lanes));
    }
  }
  for (int m = 0; m < M; ++m) {
    sums[m].store(task.out + first + m * sweep_lanes);
  }
}

template <class Lanes, int M>
void mix_all(const MixTask& task) {
  Index first = 0;
  for (; first + M * sweep_lanes <= task.count; first += M * sweep_lanes) {
    mix_tile<Lanes, M>(task, first);
  }
  for (; first + sweep_lanes <= task.count; first += sweep_lanes) {
    mix_tile<Lanes, 1>(task, first);
  }
  if (first < task.count) {
    Lanes sums = Lanes::zero();
    for (Index k = 0; k < task.number; ++k) {
      sums.add_product(Lanes::all(task.part[k]),
                       Lanes::load_first(task.products[k] + first, task.count - first));
    }
    float all[sweep_lanes];
    sums.store(all);
    for (Index lane = 0; first + lane < task.count; ++lane) {
      task.out[first + lane] = all[lane];
    }
  }
}

template <class Lanes>
void find_all_excess(const ExcessTask& task) {
  const Lanes rest = Lanes::all(task.rest), slack = Lanes::all(task.slack),
              limit = Lanes::all(task.limit);
  const auto look = [&](const auto& load, Index first) {
    Lanes bound = load(task.value + first).absolute(), most = Lanes::zero();
    bound.add_product(rest, load(task.norm + first));
    bound.add_product(slack, load(task.uncentred + first));
    most.add_product(limit, load(task.factor + first));
    task.over[first / sweep_lanes] = bound.not_at_most(most);
  };
  Index first = 0;
  for (; first + sweep_lanes <= task.count; first += sweep_lanes) {
    look([](const float* from) { return Lanes::load(from); }, first);
  }
  if (first < task.count) { // lanes beyond the last marker say nothing: 0 times infinity would
    const Index rest_count = task.count - first;
    look([rest_count](const float* from) { return Lanes::load_first(from, rest_count); }, first);
    task.over[first / sweep_lanes] &= static_cast<std::uint16_t>((1U << rest_count) - 1U);
  }
}

} // namespace
} // namespace vigil::penalized
