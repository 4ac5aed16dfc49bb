// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/storage/hdf5_handle.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace vigil::storage {

enum class NodeKind { absent, group, dataset, other };
/// What a data set or attribute holds, as far as this program cares.
enum class ValueKind { number, boolean, text, reference, compound, other };

/// Places in a list.
struct ValueRange {
  Index first = 0, count = 0;
};

/// An HDF5 file opened for reading, with typed access to what is inside by path.
///
/// Everything throws InputError whose `where` is "file:/path". No count of a file is believed before it was
/// compared with the size of the file. Checked by tests/unit/storage/hdf5_file.cpp.
class Hdf5File {
public:
  /// Throws InputError when the file is missing, truncated or not HDF5.
  explicit Hdf5File(const std::filesystem::path& file);

  [[nodiscard]] Hid id() const noexcept { return handle_.id(); }
  /// Without its folder.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool opened_without_lock() const noexcept { return unlocked_; }
  [[nodiscard]] std::string where(const std::string& path) const { return name_ + ":/" + path; }

  [[nodiscard]] NodeKind kind(const std::string& path) const;
  [[nodiscard]] std::vector<std::string> children(const std::string& group) const;

  [[nodiscard]] Handle open_dataset(const std::string& path) const;
  [[nodiscard]] ValueKind value_kind(const std::string& path) const;
  /// Whether a data set holds whole numbers.
  [[nodiscard]] bool is_whole(const std::string& path) const;
  [[nodiscard]] std::vector<Index> shape(const std::string& path) const;
  /// All values of a data set in its own order.
  [[nodiscard]] std::vector<double> numbers(const std::string& path) const;
  [[nodiscard]] std::vector<Index> counts(const std::string& path) const;
  [[nodiscard]] std::vector<std::string> texts(const std::string& path) const;
  /// Some values of a data set of one dimension that come one after another.
  [[nodiscard]] std::vector<double> numbers(const std::string& path, ValueRange range) const;
  [[nodiscard]] std::vector<Index> counts(const std::string& path, ValueRange range) const;

  [[nodiscard]] bool has_attribute(const std::string& path, const std::string& attribute) const;
  /// A single text, or nothing when the attribute is absent or of another kind.
  [[nodiscard]] std::optional<std::string> text_attribute(const std::string& path,
                                                          const std::string& attribute) const;
  /// A list of texts; empty when it is absent or not text (an empty frame's column-order is float64).
  [[nodiscard]] std::vector<std::string> texts_attribute(const std::string& path,
                                                         const std::string& attribute) const;
  /// A list of whole numbers; empty when absent or not whole numbers.
  [[nodiscard]] std::vector<Index> counts_attribute(const std::string& path,
                                                    const std::string& attribute) const;
  /// The texts that an object reference in this attribute points to, and as numbers where they are numbers.
  [[nodiscard]] std::vector<std::string> referenced_texts(const std::string& path,
                                                          const std::string& attribute) const;

  /// Throws InputError when this many values of this size cannot come from a file of this size.
  void expect_plausible(const std::string& path, Index values, Index bytes_each) const;

private:
  void expect_kind(bool is_kind, const std::string& path, const char* kind) const;
  template <class Number>
  [[nodiscard]] std::vector<Number>
  read_range(const std::string& path, ValueRange range, Hid memory_type) const;
  [[nodiscard]] std::vector<std::string> dataset_texts(Hid dataset, const std::string& path) const;
  [[nodiscard]] std::vector<double> dataset_numbers(Hid dataset, const std::string& path) const;

  std::string name_;
  Index file_bytes_ = 0;
  bool unlocked_ = false;
  Handle handle_;
};

} // namespace vigil::storage
