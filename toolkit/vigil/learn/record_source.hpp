// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/record.hpp"

#include <span>
#include <string_view>

namespace vigil {

/// A record of which some can be read: a file. Everything throws InputError naming what is missing or mistyped.
class RecordSource {
public:
  RecordSource() = default;
  RecordSource(const RecordSource&) = delete;
  RecordSource& operator=(const RecordSource&) = delete;
  RecordSource(RecordSource&&) = delete;
  RecordSource& operator=(RecordSource&&) = delete;
  virtual ~RecordSource() = default;

  /// All but the entries of these names.
  [[nodiscard]] virtual Record read_without(std::span<const std::string_view> names) const = 0;
  [[nodiscard]] Record read() const { return read_without({}); }
  /// Of a list.
  [[nodiscard]] virtual Index size(std::string_view name) const = 0;
  /// Some values of a list that come one after another; a part that it has.
  [[nodiscard]] virtual Record::Counts
  counts(std::string_view name, Index first, Index count) const = 0;
  [[nodiscard]] virtual Record::Numbers
  numbers(std::string_view name, Index first, Index count) const = 0;
};

} // namespace vigil
