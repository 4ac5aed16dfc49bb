// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace vigil::storage {

/// What is known of a list before it is packed.
struct ListExtent {
  Index size = 0;
  bool whole = false; ///< whole numbers, from smallest to largest
  Index smallest = std::numeric_limits<Index>::max(), largest = std::numeric_limits<Index>::min();

  void add(std::span<const Index> values);
  void add(std::span<const double> values) { size += size_of(values); }
};

/// A list of numbers as it lies in a file: whole ones in the smallest type that holds all of them, real ones in their 64
/// bits; a long list in chunks, each with the bytes of equal place together (shuffle) and deflated. It is given a piece
/// at a time, and what is held is packed.
///
/// The bytes depend on the values alone, not on the pieces. Checked by tests/unit/storage/record_file_test.cpp.
class PackedList {
public:
  struct Chunk {
    std::vector<std::byte> bytes;
    bool deflated = false; ///< no: deflating would have made it longer
  };
  static constexpr int deflate_level = 4;

  explicit PackedList(const ListExtent& extent);
  void add(std::span<const Index> values) { add_numbers(values); }
  void add(std::span<const double> values) { add_numbers(values); }

  [[nodiscard]] Index size() const noexcept { return size_; }
  [[nodiscard]] bool is_real() const noexcept { return is_real_; }
  [[nodiscard]] bool is_signed() const noexcept { return is_signed_; }
  /// Of a number in the file: 1, 2, 4 or 8.
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  /// Numbers of a chunk; the last one is filled with zeros. 0: a short list, all of it in raw().
  [[nodiscard]] Index chunk_size() const noexcept { return chunk_size_; }
  /// Complete when all has been added.
  [[nodiscard]] std::span<const Chunk> chunks() const noexcept { return chunks_; }
  [[nodiscard]] std::span<const std::byte> raw() const noexcept { return open_; }

private:
  template <class Number>
  void add_numbers(std::span<const Number> values);
  void close_chunk();

  Index size_, added_ = 0, chunk_size_ = 0;
  bool is_real_, is_signed_;
  std::size_t bytes_ = 8;
  std::vector<std::byte> open_; ///< little-endian
  std::vector<Chunk> chunks_;
};

} // namespace vigil::storage
