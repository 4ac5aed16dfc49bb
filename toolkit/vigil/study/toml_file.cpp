// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/toml_file.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>

// toml++ 3.3 asserts, or without assertions takes for granted, what a damaged file can break ("[[" before a control
// character). Here that is a fault of the file. This is the only source that includes toml++.
#undef NDEBUG
namespace vigil {
namespace {
struct BrokenToml {};
constexpr void expect_toml(bool good) {
  if (!good) {
    throw BrokenToml();
  }
}
} // namespace
} // namespace vigil
// NOLINTNEXTLINE(readability-identifier-naming): the name is toml++'s
#define TOML_ASSERT(expr) vigil::expect_toml(static_cast<bool>(expr))
#include <toml++/toml.h>

namespace vigil {

namespace {

std::string place(const std::string& file, const toml::source_region& source) {
  return file + ":" + number_text(static_cast<Index>(source.begin.line)) + ":" +
         number_text(static_cast<Index>(source.begin.column));
}

/// The value with its place; nothing for a date or time.
std::optional<OptionValue> option_value(const std::string& file, const toml::node& node);

std::optional<OptionValue> list_value(const std::string& file, const toml::array& list) {
  OptionValue::List parts;
  for (const auto& part : list) {
    auto value = option_value(file, part);
    if (!value) {
      return std::nullopt;
    }
    parts.push_back(std::move(*value));
  }
  return OptionValue{std::move(parts), place(file, list.source())};
}

std::optional<OptionValue> table_value(const std::string& file, const toml::table& table) {
  OptionValue::Table parts;
  for (const auto& [key, part] : table) {
    auto value = option_value(file, part);
    if (!value) {
      return std::nullopt;
    }
    parts.push_back({std::string(key.str()), std::move(*value)});
  }
  return OptionValue{std::move(parts), place(file, table.source())};
}

std::optional<OptionValue> option_value(const std::string& file, const toml::node& node) {
  const std::string where = place(file, node.source());
  if (const auto* truth = node.as_boolean()) {
    return OptionValue{truth->get(), where};
  }
  if (const auto* count = node.as_integer()) {
    return OptionValue{static_cast<Index>(count->get()), where};
  }
  if (const auto* number = node.as_floating_point()) {
    return OptionValue{number->get(), where};
  }
  if (const auto* text = node.as_string()) {
    return OptionValue{text->get(), where};
  }
  if (const auto* list = node.as_array()) {
    return list_value(file, *list);
  }
  if (const auto* table = node.as_table()) {
    return table_value(file, *table);
  }
  return std::nullopt;
}

Options options_of(const OptionValue::Table& table, const std::string& title) {
  Options options(title);
  for (const auto& entry : table) {
    options.set(entry.name, entry.value);
  }
  return options;
}

} // namespace

TomlFile::TomlFile(const std::filesystem::path& file, TomlWords words)
    : name_(file.filename().string()), words_(std::move(words)) {
  if (!std::filesystem::is_regular_file(file)) {
    refuse(file.string(), "no such file", words_.what, "check the path; " + words_.help);
  }
  toml::table root;
  try {
    root = toml::parse_file(file.string());
  } catch (const toml::parse_error& error) {
    refuse(place(name_, error.source()),
           std::string(error.description()),
           "TOML 1.0",
           "correct the line; " + words_.help);
  } catch (const BrokenToml&) {
    refuse(name_, "text that is no TOML", "TOML 1.0", "look for stray characters; " + words_.help);
  }
  for (const auto& [key, node] : root) {
    auto value = option_value(name_, node);
    if (!value) {
      refuse(place(name_, node.source()),
             "a date or time",
             "a text, number, truth value, list or table",
             "write it as a text");
    }
    entries_.push_back({std::string(key.str()), place(name_, key.source()), std::move(*value)});
  }
}

void TomlFile::refuse(std::string where,
                      std::string found,
                      std::string expected,
                      std::string remedy) const {
  throw ConfigError({.where = std::move(where),
                     .found = std::move(found),
                     .expected = std::move(expected),
                     .remedy = std::move(remedy),
                     .problem = words_.problem});
}

const TomlFile::Entry* TomlFile::find(std::string_view key) const {
  const auto found = std::find_if(
      entries_.begin(), entries_.end(), [key](const Entry& entry) { return entry.key == key; });
  return found == entries_.end() ? nullptr : &*found;
}

bool TomlFile::has(std::string_view key) const {
  return find(key) != nullptr;
}

void TomlFile::check_top_level(const std::vector<std::string>& known, Index schema) const {
  for (const auto& entry : entries_) {
    if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
      refuse(entry.key_place,
             "unknown key " + vigil::quoted(entry.key),
             "one of " + join(known, ", "),
             suggestion(entry.key, known));
    }
  }
  const auto* entry = find("schema");
  const auto* number = entry == nullptr ? nullptr : std::get_if<Index>(&entry->value.value);
  if (number == nullptr || *number != schema) {
    refuse(name_,
           entry == nullptr ? "no schema" : "schema = " + option_text(entry->value),
           "schema = " + number_text(schema),
           "write schema = " + number_text(schema) + " as the first line, or use a newer vigil");
  }
}

Options TomlFile::top() const {
  Options options(name_);
  for (const auto& entry : entries_) {
    const auto* list = std::get_if<OptionValue::List>(&entry.value.value);
    const bool sections = std::holds_alternative<OptionValue::Table>(entry.value.value) ||
                          (list != nullptr && !list->empty() &&
                           std::holds_alternative<OptionValue::Table>(list->front().value));
    if (!sections) {
      options.set(entry.key, entry.value);
    }
  }
  return options;
}

Options TomlFile::section(const std::string& key) const {
  const std::string title = "[" + key + "]";
  const auto* entry = find(key);
  if (entry == nullptr) {
    return Options(name_ + " " + title);
  }
  const auto* table = std::get_if<OptionValue::Table>(&entry->value.value);
  if (table == nullptr) {
    refuse(
        entry->value.where, vigil::quoted(key) + " is no section", title, "write it as a section");
  }
  return options_of(*table, name_ + " " + title);
}

std::vector<Options> TomlFile::sections(const std::string& key) const {
  std::vector<Options> all;
  const auto* entry = find(key);
  if (entry == nullptr) {
    return all;
  }
  const std::string title = "[[" + key + "]]";
  const auto* list = std::get_if<OptionValue::List>(&entry->value.value);
  const bool tables = list != nullptr && !list->empty() &&
                      std::all_of(list->begin(), list->end(), [](const OptionValue& part) {
                        return std::holds_alternative<OptionValue::Table>(part.value);
                      });
  if (!tables) {
    refuse(entry->value.where,
           vigil::quoted(key) + " is no list of sections",
           title,
           "write it as " + title);
  }
  for (const auto& part : *list) {
    all.push_back(options_of(std::get<OptionValue::Table>(part.value),
                             name_ + " " + title + " " + number_text(size_of(all) + 1)));
  }
  return all;
}

} // namespace vigil
