// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/text_heap.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/index.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>

namespace vigil::storage {

namespace {

constexpr std::string_view signature{"GCOL\x01\0\0\0", 8};
constexpr std::uint64_t header_bytes = 16;
constexpr Index whole_bytes = Index{64} << 20;
constexpr Index part_bytes = Index{16} << 20;

std::uint64_t little_endian(const char* start, int bytes) {
  std::uint64_t value = 0;
  for (int place = bytes; place-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(start[place]);
  }
  return value;
}

/// Whether the objects of the heap that starts here follow one another to its end. `is_all`: the bytes reach to the
/// end of the file, so that a heap which goes beyond them is damaged; else it is checked as far as they reach.
bool is_sound(std::string_view heap, bool is_all) {
  const std::uint64_t claimed = little_endian(heap.data() + 8, 8);
  if (claimed < header_bytes || (is_all && claimed > heap.size())) {
    return false;
  }
  const std::uint64_t seen = std::min<std::uint64_t>(claimed, heap.size());
  std::uint64_t place = header_bytes;
  while (place + header_bytes <= seen) {
    const std::uint64_t number = little_endian(heap.data() + place, 2);
    const std::uint64_t bytes = little_endian(heap.data() + place + 8, 8);
    const std::uint64_t left = claimed - place;
    if (bytes > left) {
      return false;
    }
    const std::uint64_t needed = number == 0 ? bytes : header_bytes + (bytes + 7U) / 8U * 8U;
    if (needed < header_bytes || needed > left) {
      return false;
    }
    place += needed;
  }
  return true;
}

void check_part(const std::string& name, std::string_view bytes, Index first, bool is_all) {
  for (auto place = bytes.find(signature); place != std::string_view::npos;
       place = bytes.find(signature, place + signature.size())) {
    const std::string_view heap = bytes.substr(place);
    if (heap.size() >= header_bytes && !is_sound(heap, is_all)) {
      throw InputError({.where = name + ", byte " + number_text(first + static_cast<Index>(place)),
                        .found = "a heap of texts whose parts do not fit together",
                        .expected = "a complete HDF5 file",
                        .remedy = "copy the file again, or in Python: "
                                  "anndata.read_h5ad(f).write_h5ad(g)",
                        .problem = "cannot read " + name});
    }
  }
}

} // namespace

void check_text_heaps(const std::filesystem::path& file) {
  std::ifstream input(file, std::ios::binary);
  const auto size = static_cast<Index>(std::filesystem::file_size(file));
  const std::string name = file.filename().string();
  const auto check = [&](Index first, Index count) {
    std::string bytes(at(count), '\0');
    input.seekg(first);
    input.read(bytes.data(), count);
    bytes.resize(at(static_cast<Index>(input.gcount())));
    check_part(name, bytes, first, first + count == size);
  };
  if (size <= whole_bytes) {
    check(0, size);
    return;
  }
  check(0, part_bytes);
  check(size - part_bytes, part_bytes);
}

} // namespace vigil::storage
