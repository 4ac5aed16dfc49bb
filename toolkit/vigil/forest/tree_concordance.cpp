// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/tree_concordance.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace vigil::forest {

TreeConcordance::TreeConcordance(const SurvivalRows& all)
    : all_(all), latest_first_(at(all.rows())), place_(at(all.rows()), 0U) {
  take_moments();
  std::iota(latest_first_.begin(), latest_first_.end(), 0U);
  // an event happens before a censoring at its time: turn the last bit of the moment
  std::stable_sort(
      latest_first_.begin(), latest_first_.end(), [&](std::uint32_t left, std::uint32_t right) {
        return stratum(left) != stratum(right) ? stratum(left) < stratum(right)
                                               : (moment_[left] ^ 1U) > (moment_[right] ^ 1U);
      });
}

void TreeConcordance::take_moments() {
  moment_ = all_.moment;
  if (!all_.has_causes()) {
    return;
  }
  constexpr std::uint32_t never = std::numeric_limits<std::uint32_t>::max() - 1U; // no event
  for (std::size_t row = 0; row < moment_.size(); ++row) {
    if (all_.cause[row] != 0 && !all_.has_event(row)) {
      moment_[row] = never;
    }
  }
}

void TreeConcordance::take(std::span<const std::uint32_t> rows) {
  for (std::size_t place = 0; place < rows.size(); ++place) {
    place_[rows[place]] = static_cast<std::uint32_t>(place + 1);
  }
  order_.clear();
  leads_.clear();
  comparable_ = 0;
  std::uint32_t moment = 0, here = 0, first = 0, later = 0;
  for (const std::uint32_t row : latest_first_) {
    if (place_[row] == 0) {
      continue;
    }
    if (order_.empty() || stratum(row) != here || moment_[row] != moment) {
      moment = moment_[row];
      later = static_cast<std::uint32_t>(order_.size());
      first = order_.empty() || stratum(row) != here ? later : first;
      here = stratum(row);
    }
    if ((moment & 1U) != 0) {
      leads_.push_back({.place = place_[row] - 1, .first = first, .later = later});
      comparable_ += later - first;
    }
    order_.push_back(place_[row] - 1);
  }
  for (const std::uint32_t row : rows) {
    place_[row] = 0;
  }
}

template <class Lane>
Index TreeConcordance::count(RankCounter<Lane>& counter,
                             std::span<const std::uint32_t> rank,
                             Index ranks) const {
  counter.clear(ranks);
  Index sum = 0;
  std::size_t passed = 0, first = 0;
  for (const Lead& lead : leads_) {
    if (lead.first != first) { // another stratum
      counter.clear(ranks);
      passed = first = lead.first;
    }
    for (; passed < lead.later; ++passed) {
      counter.add(rank[order_[passed]]);
    }
    sum += counter.twice_below(rank[lead.place]);
  }
  return sum;
}

Index TreeConcordance::twice_concordant(std::span<const std::uint32_t> rank, Index ranks) {
  VIGIL_EXPECTS(rank.size() == order_.size());
  return 2 * size_of(order_) <= std::numeric_limits<std::uint16_t>::max()
             ? count(few_, rank, ranks)
             : count(many_, rank, ranks);
}

} // namespace vigil::forest
