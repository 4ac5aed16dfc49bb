// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/key_order.hpp"

#include "vigil/forest/sort_kernel.hpp"
#include "vigil/numeric/instruction_set.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace vigil::forest {

namespace {

constexpr std::size_t line = 16;

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

} // namespace

std::uint32_t* KeyOrder::keys(std::size_t count) {
  const std::size_t lines = std::max(count, most_sorted) / line + 1;
  if (keys_.size() < lines) {
    keys_.resize(lines);
    scratch_.resize(lines);
  }
  return keys_.front().keys;
}

void KeyOrder::sort(std::size_t count) {
  if (count <= most_sorted) {
    choose_kernel(sort_avx512, sort_avx2, sort_plain).sort(keys_.front().keys, count);
  } else {
    sort_by_digits(keys_.front().keys, scratch_.front().keys, count);
  }
}

} // namespace vigil::forest
