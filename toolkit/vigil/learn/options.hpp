// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace vigil {

struct OptionEntry;

/// A value as the user wrote it, with the place where it stands ("study.toml:12:9", "--folds").
struct OptionValue {
  using List = std::vector<OptionValue>;
  using Table = std::vector<OptionEntry>; ///< in the order of the text
  std::variant<bool, Index, double, std::string, List, Table> value;
  std::string where;
};

/// One line of a table.
struct OptionEntry {
  std::string name;
  OptionValue value;
};

/// One section of a request: a section of a study file, or the options of the command line.
///
/// Getters check the type and throw ConfigError naming the place. A text stands for a number, a truth value or a
/// comma-separated list, so that both sources are read by the same code. Every key that was asked for is known;
/// refuse_unknown() throws for the others with the nearest known name.
class Options {
public:
  /// `where`: how to speak of the section, for example "study.toml [data]".
  explicit Options(std::string where) : where_(std::move(where)) {}

  void set(std::string key, OptionValue value);
  /// Adds to a list: for options that may be repeated.
  void append(const std::string& key, OptionValue value);
  /// Removes a value, for a key that means something else in another place.
  void remove(std::string_view key);
  /// Takes the values that this section does not have from another one.
  void inherit(const Options& other);

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::optional<std::string> text(std::string_view key) const;
  [[nodiscard]] std::optional<double> number(std::string_view key) const;
  [[nodiscard]] std::optional<Index> count(std::string_view key) const;
  [[nodiscard]] std::optional<bool> flag(std::string_view key) const;
  /// A list of texts; one text is split at commas.
  [[nodiscard]] std::vector<std::string> texts(std::string_view key) const;
  /// A list of texts, each kept whole.
  [[nodiscard]] std::vector<std::string> whole_texts(std::string_view key) const;
  [[nodiscard]] std::vector<double> numbers(std::string_view key) const;
  /// name -> texts: a table of a study file, or "name=a,b" texts of the command line.
  [[nodiscard]] std::vector<std::pair<std::string, std::vector<std::string>>>
  table(std::string_view key) const;
  /// One of the listed words. Throws ConfigError with the nearest one.
  [[nodiscard]] std::string choice(std::string_view key,
                                   const std::vector<std::string>& words,
                                   std::string_view otherwise) const;

  [[nodiscard]] const std::string& where() const noexcept { return where_; }
  /// Every value, in sorted order of the keys.
  [[nodiscard]] const std::map<std::string, OptionValue, std::less<>>& entries() const noexcept {
    return values_;
  }
  [[nodiscard]] std::string where(std::string_view key) const;
  void refuse_unknown() const;
  /// A ConfigError about the value of a key, for checks beyond its type.
  [[noreturn]] void
  refuse(std::string_view key, std::string expected, std::string remedy = {}) const;

private:
  [[nodiscard]] const OptionValue* find(std::string_view key) const;
  std::string where_;
  std::map<std::string, OptionValue, std::less<>> values_;
  mutable std::set<std::string, std::less<>> asked_;
};

/// The value as text, for messages and the resolved study file.
[[nodiscard]] std::string option_text(const OptionValue& value);

} // namespace vigil
