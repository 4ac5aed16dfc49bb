// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/ordered_leader.hpp"

#include <algorithm>
#include <span>

namespace vigil::forest {

namespace {

using Four = double __attribute__((vector_size(32)));
constexpr std::size_t lanes = 4;

Four load(const double* from) {
  Four values;
  __builtin_memcpy(&values, from, sizeof values);
  return values;
}

double largest_of(const Four& values, double least) {
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    least = std::max(least, values[lane]);
  }
  return least;
}

/// At least `least`.
double largest_of(std::span<const double> values, double least) {
  Four best = Four{} + least;
  std::size_t place = 0;
  for (; place + lanes <= values.size(); place += lanes) {
    const Four here = load(values.data() + place);
    best = here > best ? here : best;
  }
  for (; place < values.size(); ++place) {
    least = std::max(least, values[place]);
  }
  return largest_of(best, least);
}

/// Makes scores gains; returns the largest of them and of `least`.
double take_gains(std::span<double> scores, const double* inverse, double least) {
  Four best = Four{} + least;
  std::size_t place = 0;
  for (; place + lanes <= scores.size(); place += lanes) {
    const Four score = load(scores.data() + place), gain = score * score * load(inverse + place);
    __builtin_memcpy(scores.data() + place, &gain, sizeof gain);
    best = gain > best ? gain : best;
  }
  for (; place < scores.size(); ++place) {
    scores[place] = scores[place] * scores[place] * inverse[place];
    least = std::max(least, scores[place]);
  }
  return largest_of(best, least);
}

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

/// Sums by rows on the left, up to so many; in gains 0 between rows of equal rank.
void sum_scores(std::span<const std::int64_t> scores,
                std::span<const std::uint32_t> keys,
                std::size_t last,
                SplitScratch& scratch) {
  scratch.gains.resize(keys.size());
  scratch.score_left.resize(keys.size());
  double* gain = scratch.gains.data();
  std::int64_t *score_left = scratch.score_left.data(), score = 0;
  for (std::size_t place = 0; place < last; ++place) {
    score += scores[keys[place] & 0xFFFFU];
    const bool closed = (keys[place] ^ keys[place + 1]) >> 16 != 0;
    score_left[place + 1] = score;
    gain[place + 1] = static_cast<double>(closed ? score : 0);
  }
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
  sum_scores(node.place_scores(), keys, reach.last, scratch);
  const auto within = std::span(scratch.gains).subspan(reach.first, reach.last + 1 - reach.first);
  leader.bound = take_gains(within, node.inverse_variance().data() + reach.first, least);
  if (!(leader.bound > least)) {
    return leader;
  }
  const auto place =
      static_cast<std::size_t>(std::ranges::find(within, leader.bound) - within.begin());
  leader.next = std::max(largest_of(within.first(place), least),
                         largest_of(within.subspan(place + 1), least));
  const std::size_t left = reach.first + place;
  leader.cut.rank = static_cast<std::uint16_t>(keys[left - 1] >> 16);
  const auto rows_left = static_cast<Index>(left);
  leader.cut.left = {.score = scratch.score_left[left], .counts = {rows_left, rows_left, 0}};
  return leader;
}

} // namespace vigil::forest
