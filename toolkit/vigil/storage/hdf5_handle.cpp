// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/hdf5_handle.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/index.hpp"
#include "vigil/base/text.hpp"

#include <hdf5.h>

#include <array>
#include <cerrno>
#include <lzf.h>
#include <mutex>
#include <type_traits>

namespace vigil::storage {

static_assert(std::is_same_v<hid_t, Hid> && std::is_same_v<herr_t, int>);

namespace {

constexpr H5Z_filter_t lzf_filter = 32000;
/// An LZF chunk whose size is unknown is tried with growing buffers up to here.
constexpr std::size_t largest_chunk = std::size_t{1} << 31;

/// The read side of h5py's LZF filter; values[2] is the size of the chunk when unpacked.
std::size_t lzf_unpack(unsigned flags,
                       std::size_t value_count,
                       const unsigned* values,
                       std::size_t packed_bytes,
                       std::size_t* buffer_bytes,
                       void** buffer) {
  if ((flags & H5Z_FLAG_REVERSE) == 0 || packed_bytes > largest_chunk) {
    return 0;
  }
  std::size_t room = value_count >= 3 && values[2] != 0 ? values[2] : *buffer_bytes;
  for (; room <= largest_chunk; room *= 2) {
    void* unpacked = H5allocate_memory(room, false);
    if (unpacked == nullptr) {
      return 0;
    }
    const unsigned size = lzf_decompress(
        *buffer, static_cast<unsigned>(packed_bytes), unpacked, static_cast<unsigned>(room));
    if (size != 0) {
      H5free_memory(*buffer);
      *buffer = unpacked;
      *buffer_bytes = room;
      return size;
    }
    const bool too_small = errno == E2BIG;
    H5free_memory(unpacked);
    if (!too_small) {
      return 0;
    }
  }
  return 0;
}

void register_lzf() {
  H5Z_class2_t filter{};
  filter.version = H5Z_CLASS_T_VERS;
  filter.id = lzf_filter;
  filter.encoder_present = 0;
  filter.decoder_present = 1;
  filter.name = "lzf";
  filter.filter = lzf_unpack;
  H5Zregister(&filter);
}

const char* filter_name(int filter) {
  struct Known {
    int number;
    const char* name;
  };
  constexpr std::array<Known, 9> known{{{1, "deflate"},
                                        {4, "szip"},
                                        {307, "bzip2"},
                                        {32001, "blosc"},
                                        {32004, "lz4"},
                                        {32008, "bitshuffle"},
                                        {32013, "zfp"},
                                        {32015, "zstd"},
                                        {32026, "blosc2"}}};
  for (const auto& entry : known) {
    if (entry.number == filter) {
      return entry.name;
    }
  }
  return "unnamed";
}

herr_t innermost(unsigned, const H5E_error2_t* error, void* data) {
  if (error->desc != nullptr) {
    *static_cast<std::string*>(data) = error->desc;
  }
  return 0;
}

herr_t find_lock(unsigned, const H5E_error2_t* error, void* data) {
  if (error->desc != nullptr &&
      std::string_view(error->desc).find("lock") != std::string_view::npos) {
    *static_cast<bool*>(data) = true;
  }
  return 0;
}

} // namespace

void prepare_hdf5() {
  static std::once_flag once;
  std::call_once(once, [] {
    H5open();
    register_lzf();
  });
  thread_local bool silenced = false;
  if (!silenced) {
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    silenced = true;
  }
}

std::string hdf5_reason() {
  std::string reason = "HDF5 gives no reason";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, &innermost, &reason);
  return reason;
}

bool is_hdf5(const std::filesystem::path& file) {
  prepare_hdf5();
  return H5Fis_hdf5(file.c_str()) > 0;
}

Handle open_input(const std::filesystem::path& file, bool& unlocked) {
  prepare_hdf5();
  unlocked = false;
  Handle opened(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), &H5Fclose);
  if (opened) {
    return opened;
  }
  std::string reason = hdf5_reason();
  bool locked = false;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, &find_lock, &locked);
  if (locked) {
    const Handle access(H5Pcreate(H5P_FILE_ACCESS), &H5Pclose);
    H5Pset_file_locking(access.id(), false, true);
    Handle again(H5Fopen(file.c_str(), H5F_ACC_RDONLY, access.id()), &H5Fclose);
    if (again) {
      unlocked = true;
      return again;
    }
    reason = hdf5_reason();
  }
  throw InputError({.where = file.filename().string(),
                    .found = "an HDF5 file that cannot be opened: " + reason,
                    .expected = "a complete HDF5 file",
                    .remedy = "copy or save the file again; it may be truncated or still open for "
                              "writing",
                    .problem = "cannot open " + file.filename().string()});
}

void fail_reading(Hid dataset, const std::string& where) {
  std::string reason = hdf5_reason();
  const Handle creation(H5Dget_create_plist(dataset), &H5Pclose);
  const int filters = creation ? H5Pget_nfilters(creation.id()) : 0;
  for (int number = 0; number < filters; ++number) {
    unsigned flags = 0;
    std::size_t value_count = 0;
    std::array<char, 64> name{};
    unsigned config = 0;
    const int filter = H5Pget_filter2(creation.id(),
                                      static_cast<unsigned>(number),
                                      &flags,
                                      &value_count,
                                      nullptr,
                                      name.size(),
                                      name.data(),
                                      &config);
    if (filter >= 0 && H5Zfilter_avail(filter) <= 0) {
      name.back() = '\0';
      const std::string text = name.front() != '\0' ? name.data() : filter_name(filter);
      throw InputError({.where = where,
                        .found = "compressed with filter " + number_text(Index{filter}) + " (" +
                                 text + "), which this program does not have",
                        .expected = "no compression, gzip, LZF, or a filter plug-in of HDF5",
                        .remedy = "in Python: ad.read_h5ad(f).write_h5ad(g, compression=\"gzip\")",
                        .problem = "cannot unpack " + where});
    }
  }
  throw InputError({.where = where,
                    .found = "values that cannot be read: " + reason,
                    .expected = "a complete HDF5 file",
                    .remedy = "copy or save the file again; it is truncated or damaged",
                    .problem = "cannot read " + where});
}

} // namespace vigil::storage
