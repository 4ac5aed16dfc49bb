// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace vigil::storage {

/// A file that appears complete or not at all: written beside its place under a temporary name, then synced and
/// renamed by commit(). Without commit() nothing remains.
class PendingFile {
public:
  /// Throws ConfigError when the folder is missing or cannot be written.
  explicit PendingFile(std::filesystem::path target);
  ~PendingFile();
  PendingFile(const PendingFile&) = delete;
  PendingFile& operator=(const PendingFile&) = delete;
  PendingFile(PendingFile&&) = delete;
  PendingFile& operator=(PendingFile&&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return temporary_; }
  /// Throws ResourceError when the data do not reach the disk.
  void commit();
  /// Throws ResourceError: the write to this file failed for this reason.
  [[noreturn]] void fail(const std::string& reason) const;

private:
  std::filesystem::path target_, temporary_;
};

} // namespace vigil::storage
