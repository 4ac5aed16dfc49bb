// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/penalized/sweep_kernel.hpp"

#include <algorithm>

// The one body of the sweep, included by each kernel file with its own Lanes:
//   Lanes::zero(), Lanes::all(float), Lanes::load(const float*), Lanes::load_first(const float*, Index),
//   lanes.store(float*), lanes.add_product(Lanes, Lanes), lanes.absolute(), lanes.smaller(other) (the other where one is no
//   number),
//   lanes.total() (lanes added as a fixed tree), add_totals(const Lanes (&)[8], double*) (the same of eight, added to
//   doubles), lanes.not_at_most(Lanes) (a bit for each lane);
//   Lanes::Part: what one register holds of the sixteen, Lanes::parts of these: zero, load, load_first, add_product;
//   Lanes::of(const Part (&)[parts]).
// Everything here has internal linkage, so that no kernel gets another one's code.
namespace vigil::penalized {
namespace {

/// The total of each of N, added to doubles. In line: they are in registers.
template <class Lanes, int N>
[[gnu::always_inline]] inline void
add_all_totals(const typename Lanes::Part (&stored)[N][Lanes::parts], double (&sums)[N]) {
  constexpr int eight = 8;
  int place = 0;
  for (; place + eight <= N; place += eight) {
    Lanes lanes[eight];
    for (int each = 0; each < eight; ++each) {
      lanes[each] = Lanes::of(stored[place + each]);
    }
    Lanes::add_totals(lanes, sums + place);
  }
  for (; place < N; ++place) {
    sums[place] += static_cast<double>(Lanes::of(stored[place]).total());
  }
}

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
  double sums[C * D] = {};
  for (Index first = 0; first < task.length; first += sweep_rows) {
    const Index end = std::min(task.length, first + sweep_rows);
    const Index whole = first + (end - first) / sweep_lanes * sweep_lanes;
    Part stored[C * D][Lanes::parts];
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
          stored[c * D + d][p] = part[c][d];
        }
      }
    }
    add_all_totals<Lanes, C * D>(stored, sums);
  }
  for (int c = 0; c < C; ++c) {
    for (int d = 0; d < D; ++d) {
      task.out[direction + d][column + c] = sums[c * D + d];
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

/// The directions from `direction` on, D at a time, those left over together; one alone with S columns.
template <class Lanes, int C, int D, int S>
void sweep_directions(const SweepTask& task, Index first, Index end, Index direction) {
  for (; direction + D <= task.number; direction += D) {
    sweep_columns<Lanes, D == 1 ? S : C, D>(task, first, end, direction);
  }
  if constexpr (D > 1) {
    sweep_directions<Lanes, C, D - 1, S>(task, first, end, direction);
  }
}

/// Columns that are together as long as half of a processor's nearest memory stay there while all directions pass.
template <class Lanes, int C, int D, int S>
void sweep_all(const SweepTask& task) {
  constexpr Index near_floats = 4096, most_together = 4 * Index{S};
  const Index together =
      std::clamp<Index>(near_floats / std::max<Index>(1, task.length) / S * S, S, most_together);
  for (Index first = 0; first < task.count; first += together) {
    sweep_directions<Lanes, C, D, S>(task, first, std::min(task.count, first + together), 0);
  }
}

/// A value of each marker, or of all.
template <class Lanes, bool Same, class Load>
Lanes value_of(const float* values, Index first, const Load& load) {
  if constexpr (Same) {
    return Lanes::all(*values);
  } else {
    return load(values + first);
  }
}

/// Which sixteens what is held leaves open: without a branch, as one in four is, here and there.
template <class Lanes, bool Same>
Index open_sixteens(const BoundTask& task, Lanes limit, Lanes moved) {
  Index open = 0;
  const auto look = [&](const auto& load, Index sixteen, std::uint16_t present) {
    std::uint16_t over = present;
    if (task.held != nullptr) {
      const Index first = sixteen * sweep_lanes;
      Lanes most = Lanes::zero(), carried = load(task.held + first);
      most.add_product(limit, value_of<Lanes, Same>(task.factor, first, load));
      carried.add_product(moved, value_of<Lanes, Same>(task.norm, first, load));
      over = static_cast<std::uint16_t>(carried.not_at_most(most) & present);
    }
    task.sixteen[open] = static_cast<std::int32_t>(sixteen);
    task.over[open] = over;
    open += over == 0 ? 0 : 1;
  };
  const Index whole = task.count / sweep_lanes, left = task.count % sweep_lanes;
  for (Index sixteen = 0; sixteen < whole; ++sixteen) {
    look([](const float* from) { return Lanes::load(from); }, sixteen, 0xFFFF);
  }
  if (left > 0) { // lanes beyond the last marker say nothing: 0 times infinity would
    look([left](const float* from) { return Lanes::load_first(from, left); },
         whole,
         static_cast<std::uint16_t>((1U << left) - 1U));
  }
  return open;
}

template <class Lanes, bool Same>
Index bound_markers(const BoundTask& given) {
  const BoundTask task = given; // its pointers stay in registers
  const Lanes rest = Lanes::all(task.rest), slack = Lanes::all(task.slack),
              limit = Lanes::all(task.limit), moved = Lanes::all(task.moved),
              raise = Lanes::all(task.raise), back = Lanes::all(-task.settled);
  const Index open = open_sixteens<Lanes, Same>(task, limit, moved);
  const auto look = [&](const auto& load, const auto& store, Index place) {
    const Index first = task.sixteen[place] * sweep_lanes;
    const Lanes norm = value_of<Lanes, Same>(task.norm, first, load);
    Lanes most = Lanes::zero(), combined = Lanes::zero();
    most.add_product(limit, value_of<Lanes, Same>(task.factor, first, load));
    for (Index k = 0; k < task.number; ++k) {
      combined.add_product(Lanes::all(task.part[k]), load(task.products[k] + first));
    }
    combined.store(task.combined + place * sweep_lanes);
    Lanes bound = combined.absolute();
    const std::uint16_t over = task.over[place];
    task.pointed[place] = bound.not_at_most(most);
    bound.add_product(rest, norm);
    bound.add_product(slack, load(task.uncentred + first));
    task.over[place] = static_cast<std::uint16_t>(over & bound.not_at_most(most));
    if (task.held != nullptr) {
      Lanes kept = Lanes::zero();
      kept.add_product(raise, bound);
      kept.add_product(back, norm);
      store(kept.smaller(load(task.held + first)), task.held + first);
    }
  };
  const Index left = task.count % sweep_lanes;
  const Index parted = left > 0 && open > 0 && task.sixteen[open - 1] == task.count / sweep_lanes;
  for (Index place = 0; place < open - parted; ++place) {
    look([](const float* from) { return Lanes::load(from); },
         [](const Lanes& lanes, float* to) { lanes.store(to); },
         place);
  }
  if (parted != 0) {
    look([left](const float* from) { return Lanes::load_first(from, left); },
         [left](const Lanes& lanes, float* to) {
           float all[sweep_lanes];
           lanes.store(all);
           std::copy_n(all, left, to);
         },
         open - 1);
    task.pointed[open - 1] &= static_cast<std::uint16_t>((1U << left) - 1U);
  }
  return open;
}

template <class Lanes>
Index bound_all(const BoundTask& task) {
  return task.same ? bound_markers<Lanes, true>(task) : bound_markers<Lanes, false>(task);
}

} // namespace
} // namespace vigil::penalized
