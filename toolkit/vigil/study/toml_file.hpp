// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/options.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace vigil {

/// How to speak of a file in errors: "cannot use the study file", "docs/formats/study.md shows a whole study".
struct TomlWords {
  std::string problem, what, help;
};

/// A TOML 1.0 file as sections of options, each value with its place ("study.toml:12:9"). Everything throws ConfigError.
class TomlFile {
public:
  /// Throws for a file that is absent, is no TOML, or holds dates.
  TomlFile(const std::filesystem::path& file, TomlWords words);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool has(std::string_view key) const;
  /// Throws for a key at the top that is none of these, with the nearest name, and where `schema` is another number.
  void check_top_level(const std::vector<std::string>& known, Index schema) const;
  /// The values at the top that are no sections.
  [[nodiscard]] Options top() const;
  /// The section [key]; an empty one when it is absent.
  [[nodiscard]] Options section(const std::string& key) const;
  /// Every section [[key]], in order.
  [[nodiscard]] std::vector<Options> sections(const std::string& key) const;

private:
  struct Entry {
    std::string key, key_place;
    OptionValue value;
  };
  [[nodiscard]] const Entry* find(std::string_view key) const;
  [[noreturn]] void
  refuse(std::string where, std::string found, std::string expected, std::string remedy) const;

  std::string name_;
  TomlWords words_;
  std::vector<Entry> entries_;
};

} // namespace vigil
