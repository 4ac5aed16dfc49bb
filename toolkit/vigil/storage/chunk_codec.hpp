// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/storage/hdf5_handle.hpp"

#include <cstddef>
#include <optional>
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

} // namespace vigil::storage
