// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/hdf5_info.hpp"

#include "vigil/base/text.hpp"
#include "vigil/storage/hdf5_handle.hpp"

#include <hdf5.h>

namespace vigil::storage {

std::string hdf5_version() {
  unsigned major = 0, minor = 0, release = 0;
  H5get_libversion(&major, &minor, &release);
  return number_text(Index{major}) + "." + number_text(Index{minor}) + "." +
         number_text(Index{release});
}

std::vector<Hdf5Filter> hdf5_filters() {
  prepare_hdf5();
  std::vector<Hdf5Filter> filters{{.name = "gzip", .number = H5Z_FILTER_DEFLATE},
                                  {.name = "shuffle", .number = H5Z_FILTER_SHUFFLE},
                                  {.name = "fletcher32", .number = H5Z_FILTER_FLETCHER32},
                                  {.name = "szip", .number = H5Z_FILTER_SZIP},
                                  {.name = "bzip2", .number = 307},
                                  {.name = "lzf", .number = 32000},
                                  {.name = "blosc", .number = 32001},
                                  {.name = "lz4", .number = 32004},
                                  {.name = "bitshuffle", .number = 32008},
                                  {.name = "zstd", .number = 32015}};
  for (auto& filter : filters) {
    filter.available = H5Zfilter_avail(filter.number) > 0;
  }
  return filters;
}

} // namespace vigil::storage
