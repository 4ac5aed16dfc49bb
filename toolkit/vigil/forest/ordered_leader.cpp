// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/ordered_leader.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>

namespace vigil::forest {

namespace {

constexpr std::size_t lanes = 4;
using Four = double __attribute__((vector_size(32)));
using FourWhole = std::int64_t __attribute__((vector_size(32)));
using FourKeys = std::uint32_t __attribute__((vector_size(16)));
using FourSigned = std::int32_t __attribute__((vector_size(16)));

template <class Vector, class Value>
Vector load(const Value* from) {
  Vector values;
  std::memcpy(&values, from, sizeof values);
  return values;
}

/// The largest of some gains, the next one, and rows on the left of the largest, the fewest of equal ones.
struct Leading {
  double best, next;
  std::int64_t rows;

  void meet(double gain, std::int64_t here) {
    next = std::max(next, std::min(best, gain));
    rows = gain > best || (gain == best && here < rows) ? here : rows;
    best = std::max(best, gain);
  }
};

/// Numbers of rows on the left of the first and of the last cut within the limits; first > last: none. From both ends, as
/// counts grow by steps.
struct Reach {
  std::size_t first, last;
};

Reach reach_of(const NodeSearch& search, std::span<const std::uint32_t> keys) {
  const CutSums* sums = search.node.sums().data();
  const SideCounts least(search.limits.subjects, 1, search.limits.events);
  const auto count = [&](const auto& key_of) {
    SideCounts side;
    std::size_t rows = 0;
    while (rows < keys.size() && !side.reaches(least)) {
      side.add(sums[key_of(rows++) & 0xFFFFU].counts);
    }
    return rows;
  };
  const std::size_t left = count([&](std::size_t row) { return keys[row]; });
  const std::size_t right = count([&](std::size_t row) { return keys[keys.size() - 1 - row]; });
  return {left, keys.size() - std::min(right, keys.size())};
}

/// Sums of the scores by rows on the left, up to so many.
void sum_scores(std::span<const std::int64_t> scores,
                std::span<const std::uint32_t> keys,
                std::size_t last,
                std::vector<std::int64_t>& score_left) {
  score_left.resize(keys.size());
  std::int64_t* const sums = score_left.data(); // not looked up again after every write
  std::int64_t score = 0;
  for (std::size_t place = 0; place < last; ++place) {
    score += scores[keys[place] & 0xFFFFU];
    sums[place + 1] = score;
  }
}

/// Of the gains above `least` of the cuts within reach; between rows of equal rank is none.
Leading lead(std::span<const std::uint32_t> keys,
             std::span<const std::int64_t> score_left,
             std::span<const double> inverse,
             Reach reach,
             double least) {
  constexpr double shift = 0x1.8p52; // its last bit is worth 1, and scores have 51 bits
  constexpr auto shift_bits = std::bit_cast<std::int64_t>(shift);
  Four best = Four{} + least, next = best;
  FourWhole rows = {}, here = FourWhole{0, 1, 2, 3} + static_cast<std::int64_t>(reach.first);
  std::size_t place = reach.first;
  for (; place + lanes <= reach.last + 1; place += lanes) {
    const auto score =
        std::bit_cast<Four>(load<FourWhole>(score_left.data() + place) + shift_bits) - shift;
    const auto differ =
        load<FourKeys>(keys.data() + place) ^ load<FourKeys>(keys.data() + place - 1);
    const auto closed =
        __builtin_convertvector(std::bit_cast<FourSigned>(differ >> 16) != 0, FourWhole);
    const Four any = score * score * load<Four>(inverse.data() + place);
    const auto gain = std::bit_cast<Four>(std::bit_cast<FourWhole>(any) & closed);
    const auto more = gain > best;
    const auto lower = more ? best : gain;
    next = lower > next ? lower : next;
    best = more ? gain : best;
    rows = more ? here : rows;
    here += static_cast<std::int64_t>(lanes);
  }
  Leading leading{least, least, 0};
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    if (best[lane] > least) {
      leading.meet(best[lane], rows[lane]);
      leading.next = std::max(leading.next, next[lane]);
    }
  }
  for (; place <= reach.last; ++place) {
    if ((keys[place] ^ keys[place - 1]) >> 16 != 0) {
      const auto score = static_cast<double>(score_left[place]);
      leading.meet(score * score * inverse[place], static_cast<std::int64_t>(place));
    }
  }
  return leading;
}

} // namespace

std::optional<LeadingCut>
find_ordered_leader(const NodeSearch& search, const CutColumn& column, double least) {
  const SurvivalNode& node = search.node;
  const auto rows = node.rows();
  const auto highest = static_cast<std::size_t>(column.highest);
  if (!node.stratified().empty() || node.counts().copies() != node.counts().subjects() ||
      (many_beside_ranks(rows.size(), highest) &&
       !KeyOrder::uses_slots(rows.size(), column.ranks.size(), highest))) {
    return std::nullopt;
  }
  LeadingCut leader{.column = column, .cut = {}, .bound = least, .next = least};
  if (too_small(node, search.limits)) {
    return leader;
  }
  SplitScratch& scratch = search.scratch;
  const auto keys = scratch.keys.order(rows, column.ranks, highest);
  if (keys.front() >> 16 == 0) {
    return std::nullopt;
  }
  const Reach reach = reach_of(search, keys);
  if (reach.first > reach.last) {
    return leader;
  }
  sum_scores(node.place_scores(), keys, reach.last, scratch.score_left);
  const Leading leading = lead(keys, scratch.score_left, node.inverse_variance(), reach, least);
  if (leading.rows == 0) {
    return leader;
  }
  leader.bound = leading.best;
  leader.next = leading.next;
  const auto left = static_cast<std::size_t>(leading.rows);
  leader.cut.rank = static_cast<std::uint16_t>(keys[left - 1] >> 16);
  leader.cut.next = static_cast<std::uint16_t>(keys[left] >> 16);
  const auto rows_left = static_cast<Index>(left);
  leader.cut.left = {.score = scratch.score_left[left], .counts = {rows_left, rows_left, 0}};
  return leader;
}

} // namespace vigil::forest
