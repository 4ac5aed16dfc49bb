// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

namespace vigil::storage {

/// Identifier of an HDF5 object: hid_t of HDF5 1.10, so that no header needs hdf5.h (checked in the .cpp).
using Hid = std::int64_t;

/// Owns one HDF5 identifier and closes it with the function that fits its kind.
class Handle {
public:
  using Close = int (*)(Hid);

  Handle() = default;
  Handle(Hid id, Close close) noexcept : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept
      : id_(std::exchange(other.id_, -1)), close_(std::exchange(other.close_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (id_ >= 0 && close_ != nullptr) {
      close_(id_);
    }
  }

  [[nodiscard]] Hid id() const noexcept { return id_; }
  [[nodiscard]] explicit operator bool() const noexcept { return id_ >= 0; }

private:
  Hid id_ = -1;
  Close close_ = nullptr;
};

/// Silences HDF5's own printing on this thread and registers the LZF filter (number 32000, as h5py writes it)
/// on liblzf. Every function of this room that calls HDF5 comes through here first; cheap when repeated.
void prepare_hdf5();

/// The innermost reason on HDF5's error stack of this thread, for the `found` part of an error.
[[nodiscard]] std::string hdf5_reason();

/// Whether the file is HDF5, wherever its superblock is (an .h5mu file has a user block before it).
[[nodiscard]] bool is_hdf5(const std::filesystem::path& file);

/// Opens an input read-only. A lock held by a writer, or a file system without locks, is tried once more without
/// locking; `unlocked` says so. Throws InputError (missing, truncated, not HDF5).
/// Checked by tests/unit/storage/hdf5_file.cpp.
[[nodiscard]] Handle open_input(const std::filesystem::path& file, bool& unlocked);

/// Throws InputError for a failed read of a data set: names a filter that this program lacks with its number and
/// the line that saves the file again, else HDF5's own reason.
[[noreturn]] void fail_reading(Hid dataset, const std::string& where);

} // namespace vigil::storage
