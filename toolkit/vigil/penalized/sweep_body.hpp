// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/sweep_kernel.hpp"

#include <algorithm>

// The one body of the sweep, included by each kernel file with its own Lanes:
//   Lanes::zero(), Lanes::all(float), Lanes::load(const float*), Lanes::load_first(const float*, Index),
//   lanes.store(float*), lanes.add_product(Lanes, Lanes), lanes.absolute(), lanes.smaller(other) (the other where one is no
//   number),
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

template <class Lanes>
void bound_all(const BoundTask& given) {
  const BoundTask task = given; // its pointers stay in registers
  const Lanes rest = Lanes::all(task.rest), slack = Lanes::all(task.slack),
              limit = Lanes::all(task.limit), moved = Lanes::all(task.moved),
              raise = Lanes::all(task.raise), back = Lanes::all(-task.settled);
  const auto look = [&](const auto& load, const auto& store, Index first) {
    std::uint16_t& over = task.over[first / sweep_lanes];
    std::uint16_t& pointed = task.pointed[first / sweep_lanes];
    const Lanes norm = load(task.norm + first);
    Lanes most = Lanes::zero(), held = Lanes::zero();
    most.add_product(limit, load(task.factor + first));
    if (task.held != nullptr) {
      held = load(task.held + first);
      Lanes carried = held;
      carried.add_product(moved, norm);
      over = carried.not_at_most(most);
      pointed = 0;
      if (over == 0) {
        return;
      }
    }
    Lanes combined = Lanes::zero();
    for (Index k = 0; k < task.number; ++k) {
      combined.add_product(Lanes::all(task.part[k]), load(task.products[k] + first));
    }
    store(combined, task.combined + first);
    Lanes bound = combined.absolute();
    pointed = bound.not_at_most(most);
    bound.add_product(rest, norm);
    bound.add_product(slack, load(task.uncentred + first));
    const std::uint16_t fresh = bound.not_at_most(most);
    if (task.held == nullptr) {
      over = fresh;
      return;
    }
    over &= fresh;
    Lanes kept = Lanes::zero();
    kept.add_product(raise, bound);
    kept.add_product(back, norm);
    store(kept.smaller(held), task.held + first);
  };
  Index first = 0;
  for (; first + sweep_lanes <= task.count; first += sweep_lanes) {
    look([](const float* from) { return Lanes::load(from); },
         [](const Lanes& lanes, float* to) { lanes.store(to); },
         first);
  }
  if (first < task.count) { // lanes beyond the last marker say nothing: 0 times infinity would
    const Index left = task.count - first;
    const auto present = static_cast<std::uint16_t>((1U << left) - 1U);
    look([left](const float* from) { return Lanes::load_first(from, left); },
         [left](const Lanes& lanes, float* to) {
           float all[sweep_lanes];
           lanes.store(all);
           std::copy_n(all, left, to);
         },
         first);
    task.over[first / sweep_lanes] &= present;
    task.pointed[first / sweep_lanes] &= present;
  }
}

} // namespace
} // namespace vigil::penalized
