// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/heap_texts.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/index.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/chunk_codec.hpp"

#include <hdf5.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <map>
#include <string_view>

namespace vigil::storage {

namespace {

constexpr std::size_t reference_bytes = 16;
constexpr std::uint64_t header_bytes = 16;

std::uint64_t little_endian(const char* start, int bytes) {
  std::uint64_t value = 0;
  for (int place = bytes; place-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(start[place]);
  }
  return value;
}

/// The heaps of a file, read when first needed.
class TextHeaps {
public:
  TextHeaps(const std::filesystem::path& file, std::uint64_t base)
      : input_(file, std::ios::binary), base_(base), file_bytes_(std::filesystem::file_size(file)) {
  }

  /// The object `number` of the heap at `address`, or nothing.
  [[nodiscard]] std::optional<std::string_view> object(std::uint64_t address,
                                                       std::uint64_t number) {
    auto place = heaps_.find(address);
    if (place == heaps_.end()) {
      place = heaps_.emplace(address, load(address)).first;
    }
    const auto found = place->second.objects.find(number);
    if (found == place->second.objects.end()) {
      return std::nullopt;
    }
    return std::string_view(place->second.bytes).substr(found->second.first, found->second.second);
  }

  [[nodiscard]] std::string read(std::uint64_t start, std::uint64_t count) {
    if (start > file_bytes_ || count > file_bytes_ - start) {
      return {};
    }
    std::string bytes(count, '\0');
    input_.clear();
    input_.seekg(static_cast<std::streamoff>(start));
    input_.read(bytes.data(), static_cast<std::streamsize>(count));
    return input_ ? bytes : std::string();
  }

private:
  struct Heap {
    std::string bytes;
    std::map<std::uint64_t, std::pair<std::size_t, std::size_t>> objects; ///< start and length
  };

  Heap load(std::uint64_t address) {
    Heap heap;
    if (address > file_bytes_) {
      return heap;
    }
    const std::string header = read(base_ + address, header_bytes);
    if (!header.starts_with("GCOL")) {
      return heap;
    }
    heap.bytes = read(base_ + address, little_endian(header.data() + 8, 8));
    std::uint64_t place = header_bytes;
    while (place + header_bytes <= heap.bytes.size()) {
      const std::uint64_t number = little_endian(heap.bytes.data() + place, 2);
      const std::uint64_t bytes = little_endian(heap.bytes.data() + place + 8, 8);
      const std::uint64_t left = heap.bytes.size() - place - header_bytes;
      if (number == 0 || bytes > left) {
        break;
      }
      heap.objects.emplace(number, std::pair(place + header_bytes, bytes));
      place += header_bytes + (bytes + 7U) / 8U * 8U;
    }
    return heap;
  }

  std::ifstream input_;
  std::uint64_t base_;
  std::uintmax_t file_bytes_;
  std::map<std::uint64_t, Heap> heaps_;
};

/// The references of a list as they lie in the file; nothing when they cannot be taken from there.
std::optional<std::string> raw_references(Hid dataset, std::size_t count, TextHeaps& heaps) {
  const Handle creation(H5Dget_create_plist(dataset), &H5Pclose);
  const std::size_t bytes = count * reference_bytes;
  if (H5Pget_layout(creation.id()) == H5D_CONTIGUOUS) {
    const haddr_t start = H5Dget_offset(dataset);
    if (start == HADDR_UNDEF || H5Dget_storage_size(dataset) != bytes) {
      return std::nullopt;
    }
    auto raw = heaps.read(start, bytes);
    return raw.size() == bytes ? std::optional(std::move(raw)) : std::nullopt;
  }
  hsize_t chunk = 0;
  const auto codec = ChunkCodec::of(dataset);
  if (H5Pget_layout(creation.id()) != H5D_CHUNKED || H5Pget_chunk(creation.id(), 1, &chunk) != 1 ||
      !codec || chunk == 0 || chunk > 2 * count + 4096) {
    return std::nullopt;
  }
  std::string raw;
  for (hsize_t first = 0; first < count; first += chunk) {
    hsize_t size = 0;
    unsigned skipped = 0;
    if (H5Dget_chunk_storage_size(dataset, &first, &size) < 0 || size == 0 ||
        size > 2 * chunk * reference_bytes + 4096) {
      return std::nullopt;
    }
    std::vector<std::byte> packed(size);
    if (H5Dread_chunk(dataset, H5P_DEFAULT, &first, &skipped, packed.data()) < 0) {
      return std::nullopt;
    }
    const auto plain =
        codec->unpack(std::move(packed), skipped, static_cast<Index>(chunk * reference_bytes));
    if (!plain) {
      return std::nullopt;
    }
    for (const std::byte letter : *plain) {
      raw += static_cast<char>(letter);
    }
  }
  raw.resize(bytes);
  return raw;
}

} // namespace

std::optional<std::vector<std::string>>
read_heap_texts(const std::filesystem::path& file, Hid dataset, const std::string& where) {
  const Handle space(H5Dget_space(dataset), &H5Sclose);
  const Handle owner(H5Iget_file_id(dataset), &H5Fclose);
  const Handle creation(H5Fget_create_plist(owner.id()), &H5Pclose);
  std::size_t address_bytes = 0;
  std::size_t length_bytes = 0;
  hsize_t base = 0;
  H5Pget_sizes(creation.id(), &address_bytes, &length_bytes);
  H5Pget_userblock(creation.id(), &base);
  if (H5Sget_simple_extent_ndims(space.id()) != 1 || address_bytes != 8 || length_bytes != 8) {
    return std::nullopt;
  }
  const auto count = static_cast<std::size_t>(H5Sget_simple_extent_npoints(space.id()));
  TextHeaps heaps(file, base);
  const auto raw = raw_references(dataset, count, heaps);
  if (!raw) {
    return std::nullopt;
  }
  std::vector<std::string> texts(count);
  for (std::size_t number = 0; number < count; ++number) {
    const char* reference = raw->data() + number * reference_bytes;
    const std::uint64_t length = little_endian(reference, 4);
    const std::uint64_t address = little_endian(reference + 4, 8);
    if (length == 0 || address == 0) {
      continue;
    }
    const auto object = heaps.object(address, little_endian(reference + 12, 4));
    if (!object || length > object->size()) {
      throw InputError({.where = where + ", entry " + number_text(static_cast<Index>(number) + 1),
                        .found = "a reference to a text that is not there",
                        .expected = "a complete HDF5 file",
                        .remedy = "copy or save the file again; it is truncated or damaged",
                        .problem = "cannot read " + where});
    }
    const auto text = object->substr(0, length);
    texts[number] = text.substr(0, text.find('\0'));
  }
  return texts;
}

} // namespace vigil::storage
