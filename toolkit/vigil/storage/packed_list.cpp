// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/packed_list.hpp"

#include "vigil/base/contract.hpp"
#include "vigil/storage/chunk_codec.hpp"

#include <bit>
#include <cstring>
#include <utility>

namespace vigil::storage {

static_assert(std::endian::native == std::endian::little);

namespace {

constexpr Index most_of_a_chunk = Index{1} << 16;
/// Chunks have an index in the file, which costs some 2,500 bytes.
constexpr Index shortest_bytes = Index{1} << 14;

bool fits(const ListExtent& extent, int bits, bool is_signed) {
  const Index end = Index{1} << (is_signed ? bits - 1 : bits);
  return extent.smallest >= (is_signed ? -end : 0) && extent.largest < end;
}

} // namespace

void ListExtent::add(std::span<const Index> values) {
  whole = true;
  size += size_of(values);
  for (const Index value : values) {
    smallest = std::min(smallest, value);
    largest = std::max(largest, value);
  }
}

PackedList::PackedList(const ListExtent& extent)
    : size_(extent.size), is_real_(!extent.whole),
      is_signed_(extent.size > 0 && extent.smallest < 0) {
  if (extent.whole) {
    bytes_ = 1;
    while (bytes_ < 8 && size_ > 0 && !fits(extent, 8 * static_cast<int>(bytes_), is_signed_)) {
      bytes_ *= 2;
    }
    is_signed_ = is_signed_ || bytes_ == 8;
  }
  const bool is_long = size_ * static_cast<Index>(bytes_) > shortest_bytes;
  chunk_size_ = is_long ? std::min(size_, most_of_a_chunk) : 0;
  open_.reserve(at(is_long ? chunk_size_ : size_) * bytes_);
}

template <class Number>
void PackedList::add_numbers(std::span<const Number> values) {
  static_assert(sizeof(Number) == 8);
  VIGIL_EXPECTS(size_of(values) <= size_ - added_);
  while (!values.empty()) {
    const std::size_t held = open_.size() / bytes_;
    const std::size_t room = chunk_size_ > 0 ? at(chunk_size_) - held : values.size();
    const auto now = values.first(std::min(room, values.size()));
    open_.resize(open_.size() + now.size() * bytes_);
    std::byte* to = open_.data() + held * bytes_;
    for (const Number& value : now) { // the low bytes come first
      std::memcpy(to, &value, bytes_);
      to += bytes_;
    }
    added_ += size_of(now);
    values = values.subspan(now.size());
    if (chunk_size_ > 0 && (now.size() == room || added_ == size_)) {
      close_chunk();
    }
  }
}

template void PackedList::add_numbers(std::span<const Index>);
template void PackedList::add_numbers(std::span<const double>);

void PackedList::close_chunk() {
  open_.resize(at(chunk_size_) * bytes_, std::byte{0});
  auto shuffled = shuffle(open_, bytes_);
  auto deflated = deflate_chunk(shuffled, deflate_level);
  const bool shorter = deflated.size() < shuffled.size();
  chunks_.push_back(
      {.bytes = shorter ? std::move(deflated) : std::move(shuffled), .deflated = shorter});
  open_.clear();
}

} // namespace vigil::storage
