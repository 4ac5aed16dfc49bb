// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/sweep_kernel.hpp"

#include <algorithm>

// The one body of the sweep, included by each kernel file with its own Lanes:
//   Lanes::zero(), Lanes::all(float), Lanes::load(const float*), Lanes::load_first(const float*, Index),
//   lanes.store(float*), lanes.add_product(Lanes, Lanes), lanes.absolute(),
//   lanes.total() (lanes added as a fixed tree), lanes.not_at_most(Lanes) (a bit for each lane);
//   Lanes::Part: what one register holds of the sixteen, Lanes::parts of these: zero, load, load_first, add_product;
//   Lanes::of(const Part (&)[parts]).
// Everything here has internal linkage, so that no kernel gets another one's code.
namespace vigil::penalized {
namespace {

/// C columns times D directions, one tile of registers, in one pass for each part of the lanes. Ahead: the tile after
/// this one is fetched meanwhile, as columns are too short to be streams to the processor.
template <class Lanes, int C, int D, bool Ahead>
void sweep_tile(const SweepTask& task, Index column, Index direction) {
  using Part = typename Lanes::Part;
  constexpr Index width = sweep_lanes / Lanes::parts;
  const float *from[C], *next[C], *weights_from[D];
  for (int c = 0; c < C; ++c) {
    from[c] = task.columns[column + c];
    next[c] = task.columns[std::min(column + C + c, task.count - 1)];
  }
  for (int d = 0; d < D; ++d) {
    weights_from[d] = task.directions[direction + d];
  }
  double sums[C][D] = {};
  for (Index first = 0; first < task.length; first += sweep_rows) {
    const Index end = std::min(task.length, first + sweep_rows);
    const Index whole = first + (end - first) / sweep_lanes * sweep_lanes;
    Part stored[C][D][Lanes::parts];
    for (int p = 0; p < Lanes::parts; ++p) {
      Part part[C][D];
      for (int c = 0; c < C; ++c) {
        for (int d = 0; d < D; ++d) {
          part[c][d] = Part::zero();
        }
      }
      const auto add = [&](const auto& load, Index row) {
        Part weights[D];
        for (int d = 0; d < D; ++d) {
          weights[d] = load(weights_from[d] + row);
        }
        for (int c = 0; c < C; ++c) {
          const Part values = load(from[c] + row);
          for (int d = 0; d < D; ++d) {
            part[c][d].add_product(values, weights[d]);
          }
        }
      };
      for (Index row = first; row < whole; row += sweep_lanes) {
        for (int c = 0; Ahead && c < C; ++c) {
          if (p == 0) {
            __builtin_prefetch(next[c] + row);
          }
        }
        add([](const float* at_row) { return Part::load(at_row); }, row + p * width);
      }
      const Index rest = std::min(width, end - whole - p * width);
      if (rest > 0) {
        add([rest](const float* at_row) { return Part::load_first(at_row, rest); },
            whole + p * width);
      }
      for (int c = 0; c < C; ++c) {
        for (int d = 0; d < D; ++d) {
          stored[c][d][p] = part[c][d];
        }
      }
    }
    for (int c = 0; c < C; ++c) {
      for (int d = 0; d < D; ++d) {
        sums[c][d] += static_cast<double>(Lanes::of(stored[c][d]).total());
      }
    }
  }
  for (int c = 0; c < C; ++c) {
    for (int d = 0; d < D; ++d) {
      task.out[direction + d][column + c] = sums[c][d];
    }
  }
}

/// D directions from `direction` on with the columns first .. end - 1.
template <class Lanes, int C, int D>
void sweep_columns(const SweepTask& task, Index first, Index end, Index direction) {
  Index column = first;
  for (; column + C <= end; column += C) {
    direction == 0 ? sweep_tile<Lanes, C, D, true>(task, column, direction)
                   : sweep_tile<Lanes, C, D, false>(task, column, direction);
  }
  for (; column < end; ++column) {
    sweep_tile<Lanes, 1, D, false>(task, column, direction);
  }
}

/// Tiles of C columns and D directions; of S columns for directions left over. Columns that are together as long as
/// half of a processor's nearest memory stay there while all directions pass.
template <class Lanes, int C, int D, int S>
void sweep_all(const SweepTask& task) {
  constexpr Index near_floats = 4096, most_together = 4 * Index{S};
  const Index together =
      std::clamp<Index>(near_floats / std::max<Index>(1, task.length) / S * S, S, most_together);
  for (Index first = 0; first < task.count; first += together) {
    const Index end = std::min(task.count, first + together);
    Index direction = 0;
    for (; direction + D <= task.number; direction += D) {
      sweep_columns<Lanes, C, D>(task, first, end, direction);
    }
    for (; direction < task.number; ++direction) {
      sweep_columns<Lanes, S, 1>(task, first, end, direction);
    }
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
              limit = Lanes::all(task.limit), moved = Lanes::all(task.moved);
  const auto look = [&](const auto& load, Index first) {
    const Lanes norm = load(task.norm + first);
    Lanes bound = load(task.value + first).absolute(), most = Lanes::zero();
    bound.add_product(rest, norm);
    bound.add_product(slack, load(task.uncentred + first));
    most.add_product(limit, load(task.factor + first));
    std::uint16_t over = bound.not_at_most(most);
    if (task.checked != nullptr) {
      Lanes checked = load(task.checked + first);
      checked.add_product(moved, norm);
      over &= checked.not_at_most(most);
    }
    task.over[first / sweep_lanes] = over;
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
