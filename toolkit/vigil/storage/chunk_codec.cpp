// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/chunk_codec.hpp"

#include "vigil/base/contract.hpp"

#include <hdf5.h>

#include <lzf.h>
#include <zlib.h>

namespace vigil::storage {

namespace {

using Bytes = std::vector<std::byte>;

constexpr int lzf_filter = 32000;

std::optional<Bytes> inflate_chunk(const Bytes& packed, std::size_t bytes) {
  Bytes result(bytes);
  uLongf size = bytes;
  const int state = uncompress(reinterpret_cast<Bytef*>(result.data()),
                               &size,
                               reinterpret_cast<const Bytef*>(packed.data()),
                               packed.size());
  return state == Z_OK && size == bytes ? std::optional(std::move(result)) : std::nullopt;
}

std::optional<Bytes> unpack_lzf(const Bytes& packed, std::size_t bytes) {
  Bytes result(bytes);
  const unsigned size = lzf_decompress(packed.data(),
                                       static_cast<unsigned>(packed.size()),
                                       result.data(),
                                       static_cast<unsigned>(bytes));
  return size == bytes ? std::optional(std::move(result)) : std::nullopt;
}

/// Puts the bytes of each element together again: the file has all first bytes, then all second ones, ...
Bytes unshuffle(const Bytes& shuffled, std::size_t element_bytes) {
  const std::size_t elements = shuffled.size() / element_bytes;
  Bytes result(shuffled.size());
  for (std::size_t place = 0; place < element_bytes; ++place) {
    for (std::size_t element = 0; element < elements; ++element) {
      result[element * element_bytes + place] = shuffled[place * elements + element];
    }
  }
  return result;
}

} // namespace

Bytes shuffle(std::span<const std::byte> elements, std::size_t element_bytes) {
  const std::size_t count = elements.size() / element_bytes;
  Bytes result(elements.size());
  for (std::size_t place = 0; place < element_bytes; ++place) {
    for (std::size_t element = 0; element < count; ++element) {
      result[place * count + element] = elements[element * element_bytes + place];
    }
  }
  return result;
}

Bytes deflate_chunk(std::span<const std::byte> bytes, int level) {
  uLongf size = compressBound(bytes.size());
  Bytes result(size);
  const int state = compress2(reinterpret_cast<Bytef*>(result.data()),
                              &size,
                              reinterpret_cast<const Bytef*>(bytes.data()),
                              bytes.size(),
                              level);
  VIGIL_EXPECTS(state == Z_OK); // there is room, and so must be memory
  result.resize(size);
  return result;
}

std::optional<ChunkCodec> ChunkCodec::of(Hid dataset) {
  const Handle creation(H5Dget_create_plist(dataset), &H5Pclose);
  const Handle type(H5Dget_type(dataset), &H5Tclose);
  ChunkCodec codec;
  codec.element_bytes_ = H5Tget_size(type.id());
  const int count = H5Pget_nfilters(creation.id());
  for (int number = 0; number < count; ++number) {
    unsigned flags = 0;
    unsigned config = 0;
    std::size_t values = 0;
    const int filter = H5Pget_filter2(creation.id(),
                                      static_cast<unsigned>(number),
                                      &flags,
                                      &values,
                                      nullptr,
                                      0,
                                      nullptr,
                                      &config);
    if (filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_DEFLATE && filter != lzf_filter) {
      return std::nullopt;
    }
    codec.filters_.push_back(filter);
  }
  return codec;
}

std::optional<Bytes> ChunkCodec::unpack(Bytes raw, unsigned skipped, Index bytes) const {
  const auto wanted = static_cast<std::size_t>(bytes);
  for (std::size_t number = filters_.size(); number-- > 0;) {
    if ((skipped >> number & 1U) != 0U) {
      continue;
    }
    std::optional<Bytes> undone;
    if (filters_[number] == H5Z_FILTER_SHUFFLE) {
      undone = unshuffle(raw, element_bytes_);
    } else if (filters_[number] == H5Z_FILTER_DEFLATE) {
      undone = inflate_chunk(raw, wanted);
    } else {
      undone = unpack_lzf(raw, wanted);
    }
    if (!undone) {
      return std::nullopt;
    }
    raw = std::move(*undone);
  }
  return raw.size() == wanted ? std::optional(std::move(raw)) : std::nullopt;
}

} // namespace vigil::storage
