// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/key_order.hpp"

#include "vigil/numeric/instruction_set.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace vigil::forest {

namespace {

constexpr std::size_t line = 16;

std::uint32_t key_of(std::uint16_t rank, std::size_t place) {
  return static_cast<std::uint32_t>(rank) << 16 | static_cast<std::uint32_t>(place);
}

// By the upper 16 bits, in two passes of eight; the lower ones ascend already.
void sort_by_digits(std::uint32_t* keys, std::uint32_t* scratch, std::size_t count) {
  std::array<std::array<std::uint32_t, 256>, 2> start{};
  for (std::size_t place = 0; place < count; ++place) {
    ++start[0][(keys[place] >> 16) & 255U];
    ++start[1][keys[place] >> 24];
  }
  for (auto& digit : start) {
    std::uint32_t sum = 0;
    for (std::uint32_t& each : digit) {
      sum += std::exchange(each, sum);
    }
  }
  for (std::size_t place = 0; place < count; ++place) {
    scratch[start[0][(keys[place] >> 16) & 255U]++] = keys[place];
  }
  for (std::size_t place = 0; place < count; ++place) {
    keys[start[1][scratch[place] >> 24]++] = scratch[place];
  }
}

const SortKernel& sort_kernel() {
  return choose_kernel(sort_avx512, sort_avx2, sort_plain);
}

} // namespace

// Whether few rows met others in their slots, or had no value: such keys are put in afterwards.
bool KeyOrder::fill_slots(std::span<const std::uint32_t> rows,
                          std::span<const std::uint16_t> ranks,
                          std::size_t highest) {
  constexpr std::size_t few = 16;
  const std::size_t lines = highest / line + 1;
  if (slots_.size() < lines) {
    slots_.resize(lines, Line{});
  }
  std::uint32_t *slots = slots_.front().keys, *ordered = keys_.front().keys;
  repeated_.clear();
  slots[0] = 1; // taken
  for (std::size_t place = 0; place < rows.size(); ++place) {
    const std::uint16_t rank = ranks[rows[place]];
    if (slots[rank] == 0) {
      slots[rank] = key_of(rank, place);
    } else {
      repeated_.push_back(key_of(rank, place));
    }
  }
  slots[0] = 0;
  std::size_t count = sort_kernel().take(slots, lines, ordered);
  if (repeated_.size() > few) {
    return false;
  }
  for (const std::uint32_t key : repeated_) {
    std::uint32_t* place = std::upper_bound(ordered, ordered + count, key);
    std::copy_backward(place, ordered + count, ordered + count + 1);
    *place = key;
    ++count;
  }
  return true;
}

std::span<const std::uint32_t> KeyOrder::order(std::span<const std::uint32_t> rows,
                                               std::span<const std::uint16_t> ranks,
                                               std::size_t highest) {
  std::uint32_t* ordered = keys(rows.size());
  if (!uses_slots(rows.size(), ranks.size(), highest) || !fill_slots(rows, ranks, highest)) {
    for (std::size_t place = 0; place < rows.size(); ++place) {
      ordered[place] = key_of(ranks[rows[place]], place);
    }
    sort(rows.size());
  }
  return {ordered, rows.size()};
}

std::uint32_t* KeyOrder::keys(std::size_t count) {
  const std::size_t lines = std::max(count, most_sorted) / line + 2;
  if (keys_.size() < lines) {
    keys_.resize(lines);
    scratch_.resize(lines);
  }
  return keys_.front().keys;
}

void KeyOrder::sort(std::size_t count) {
  if (count <= most_sorted) {
    sort_kernel().sort(keys_.front().keys, count);
  } else {
    sort_by_digits(keys_.front().keys, scratch_.front().keys, count);
  }
}

} // namespace vigil::forest
