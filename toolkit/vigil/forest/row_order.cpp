// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/row_order.hpp"

#include <algorithm>
#include <utility>

namespace vigil::forest {

// By counting.
void RowOrder::drop(std::span<const std::uint32_t> rows,
                    std::span<const std::uint16_t> ranks,
                    std::size_t highest) {
  start_.assign(highest + 1, 0);
  for (const std::uint32_t row : rows) {
    ++start_[ranks[row]];
  }
  std::uint32_t sum = 0;
  for (std::uint32_t& each : start_) {
    sum += std::exchange(each, sum);
  }
  for (std::size_t place = 0; place < rows.size(); ++place) {
    const std::uint16_t rank = ranks[rows[place]];
    const std::uint32_t to = start_[rank]++;
    places_[to] = static_cast<std::uint32_t>(place);
    ranks_[to] = rank;
  }
}

void RowOrder::take_keys(std::span<const std::uint32_t> keys) {
  for (std::size_t number = 0; number < keys.size(); ++number) {
    places_[number] = keys[number] & 0xFFFFU;
    ranks_[number] = static_cast<std::uint16_t>(keys[number] >> 16);
  }
}

void RowOrder::sort(std::span<const std::uint32_t> rows,
                    std::span<const std::uint16_t> ranks,
                    Index highest) {
  places_.resize(rows.size());
  ranks_.resize(rows.size());
  if (many_beside_ranks(rows.size(), at(highest)) &&
      !KeyOrder::uses_slots(rows.size(), ranks.size(), at(highest))) {
    drop(rows, ranks, at(highest));
  } else {
    take_keys(keys_.order(rows, ranks, at(highest)));
  }
  missing_ = std::upper_bound(ranks_.begin(), ranks_.end(), std::uint16_t{0}) - ranks_.begin();
  if (missing_ > 0) {
    turned_.resize(rows.size());
    std::rotate_copy(places_.begin(), places_.begin() + missing_, places_.end(), turned_.begin());
  }
}

} // namespace vigil::forest
