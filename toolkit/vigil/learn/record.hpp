// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vigil {

/// A result as named values, so that files can be written and read by code that knows no model.
///
/// `kind` says whose it is ("cox", "cox-net"). Getters throw InputError naming the missing or mistyped entry:
/// a record comes from a file.
class Record {
public:
  using Numbers = std::vector<double>;
  using Counts = std::vector<Index>;
  using Texts = std::vector<std::string>;
  using Value = std::
      variant<double, Index, std::string, Numbers, Counts, Texts, std::shared_ptr<const Record>>;

  explicit Record(std::string kind) : kind_(std::move(kind)) {}
  [[nodiscard]] std::string_view kind() const noexcept { return kind_; }

  void set(std::string_view name, double value) { entries_[std::string(name)] = value; }
  void set(std::string_view name, Index value) { entries_[std::string(name)] = value; }
  void set(std::string_view name, std::string value) {
    entries_[std::string(name)] = std::move(value);
  }
  void set(std::string_view name, Numbers value) { entries_[std::string(name)] = std::move(value); }
  void set(std::string_view name, Counts value) { entries_[std::string(name)] = std::move(value); }
  void set(std::string_view name, Texts value) { entries_[std::string(name)] = std::move(value); }
  void set(std::string_view name, Record value);

  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] double number(std::string_view name) const;
  [[nodiscard]] Index count(std::string_view name) const;
  [[nodiscard]] const std::string& text(std::string_view name) const;
  [[nodiscard]] const Numbers& numbers(std::string_view name) const;
  [[nodiscard]] const Counts& counts(std::string_view name) const;
  [[nodiscard]] const Texts& texts(std::string_view name) const;
  [[nodiscard]] const Record& record(std::string_view name) const;

  /// All entries in sorted order of their names.
  [[nodiscard]] const std::map<std::string, Value, std::less<>>& entries() const noexcept {
    return entries_;
  }

private:
  template <class Type>
  [[nodiscard]] const Type& entry(std::string_view name, const char* expected) const;
  std::string kind_;
  std::map<std::string, Value, std::less<>> entries_;
};

} // namespace vigil
