// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/storage/hdf5_handle.hpp"
#include "vigil/storage/packed_list.hpp"
#include "vigil/storage/pending_file.hpp"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace vigil::storage {

/// How a matrix of subjects by features lies in the file.
struct MatrixChunks {
  Index subjects = 0, features = 0;
  Index chunk_features = 1; ///< a chunk holds all subjects of so many features
  int deflate = 0;          ///< 0: as it is; 1 - 9: byte shuffle and gzip
};

/// Writes an HDF5 file whose bytes depend on its contents alone: earliest format, no times, little-endian types,
/// texts in UTF-8 of variable length. Parents of a path must be made first. The file appears at commit().
/// Throws ConfigError when it cannot be created, ResourceError when the disk refuses.
/// Checked by tests/unit/storage/h5ad_write_test.cpp and record_file_test.cpp.
class Hdf5Writer {
public:
  explicit Hdf5Writer(const std::filesystem::path& target);

  void group(const std::string& path);
  void text(const std::string& path, const std::string& value);
  void texts(const std::string& path, std::span<const std::string> values);
  void number(const std::string& path, double value);
  void numbers(const std::string& path, std::span<const double> values);
  void count(const std::string& path, Index value);
  /// Whole numbers in so many bytes: 1, 2, 4 or 8, signed.
  void codes(const std::string& path, std::span<const Index> values, int bytes);

  void list(const std::string& path, const PackedList& list);

  /// Makes an empty matrix of single precision; fill it chunk by chunk.
  void matrix(const std::string& path, const MatrixChunks& chunks);
  /// Writes features [first, first + count) of it: `values` is subjects x count, subject after subject.
  void
  matrix_part(const std::string& path, Index first, Index count, std::span<const float> values);

  void text_attribute(const std::string& path, const std::string& name, const std::string& value);
  void texts_attribute(const std::string& path,
                       const std::string& name,
                       std::span<const std::string> values);
  void count_attribute(const std::string& path, const std::string& name, Index value);
  void boolean_attribute(const std::string& path, const std::string& name, bool value);

  void commit();

private:
  void
  dataset(const std::string& path, Hid file_type, Hid memory_type, Hid space, const void* data);
  void attribute(
      const std::string& path, const std::string& name, Hid type, Hid space, const void* data);
  void expect(bool good) const;

  PendingFile pending_;
  Handle text_type_, scalar_, no_times_, file_;
};

} // namespace vigil::storage
