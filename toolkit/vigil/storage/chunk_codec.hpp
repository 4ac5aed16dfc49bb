// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/storage/hdf5_handle.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace vigil::storage {

/// Undoes the filters of raw chunks outside of HDF5, so that many workers can do it at once.
class ChunkCodec {
public:
  /// Nothing when the data set uses a filter other than shuffle, deflate and LZF.
  [[nodiscard]] static std::optional<ChunkCodec> of(Hid dataset);

  /// The chunk as it was before its filters, `bytes` long; `skipped` has a bit for each filter not applied to it.
  /// Nothing when it is damaged.
  [[nodiscard]] std::optional<std::vector<std::byte>>
  unpack(std::vector<std::byte> raw, unsigned skipped, Index bytes) const;

private:
  std::vector<int> filters_; ///< in the order in which they were applied
  std::size_t element_bytes_ = 1;
};

/// The bytes of all elements with those of equal place together: the shuffle filter of HDF5.
[[nodiscard]] std::vector<std::byte> shuffle(std::span<const std::byte> elements,
                                             std::size_t element_bytes);
/// The deflate filter of HDF5, at a level from 1 to 9.
[[nodiscard]] std::vector<std::byte> deflate_chunk(std::span<const std::byte> bytes, int level);

} // namespace vigil::storage
