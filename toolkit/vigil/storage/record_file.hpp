// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/record_source.hpp"
#include "vigil/storage/hdf5_file.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

namespace vigil::storage {

/// Lists of a record that are made a part at a time, so that they are never in memory as a whole: each part has the same
/// lists, and they are joined in the order of the parts. Every part is made twice.
struct ListParts {
  Index parts = 0;
  std::function<Record(Index part)> part = {};
};

/// Writes a record (a model, the truth of a simulation) as an HDF5 file: one data set for each entry, one group for
/// each record inside, sorted by name; lists as PackedList has them. Equal records give equal bytes, whether their
/// lists are in the record or in parts; the file appears complete or not at all.
/// Throws ConfigError when it cannot be created, ResourceError when the disk is full.
/// Checked by tests/unit/storage/record_file_test.cpp.
void write_record(const std::filesystem::path& file,
                  const Record& record,
                  const ListParts& lists = {});

/// What write_record() wrote. Throws InputError when the file is something else, damaged, or of a newer format.
/// Checked by tests/unit/storage/record_file_test.cpp.
class RecordFile final : public RecordSource {
public:
  explicit RecordFile(const std::filesystem::path& file);
  [[nodiscard]] Record read_without(std::span<const std::string_view> names) const override;
  [[nodiscard]] Index size(std::string_view name) const override;
  [[nodiscard]] Record::Counts
  counts(std::string_view name, Index first, Index count) const override;
  [[nodiscard]] Record::Numbers
  numbers(std::string_view name, Index first, Index count) const override;

private:
  Hdf5File file_;
};

/// All of it.
[[nodiscard]] Record read_record(const std::filesystem::path& file);

} // namespace vigil::storage
