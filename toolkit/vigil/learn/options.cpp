// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/options.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace vigil {

namespace {

struct ToText {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(Index value) const { return number_text(value); }
  std::string operator()(double value) const { return number_text(value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const OptionValue::List& list) const {
    std::vector<std::string> parts;
    for (const auto& part : list) {
      parts.push_back(option_text(part));
    }
    return join(parts, ",");
  }
  std::string operator()(const OptionValue::Table& table) const {
    std::vector<std::string> parts;
    for (const auto& [name, part] : table) {
      parts.push_back(name + "=" + option_text(part));
    }
    return join(parts, ",");
  }
};

} // namespace

std::string option_text(const OptionValue& value) {
  return std::visit(ToText{}, value.value);
}

void Options::set(std::string key, OptionValue value) {
  values_.insert_or_assign(std::move(key), std::move(value));
}

void Options::append(const std::string& key, OptionValue value) {
  const std::string where = value.where;
  auto& entry = values_.try_emplace(key, OptionValue{OptionValue::List{}, where}).first->second;
  if (auto* list = std::get_if<OptionValue::List>(&entry.value)) {
    list->push_back(std::move(value));
  } else {
    OptionValue first = std::move(entry);
    entry = OptionValue{OptionValue::List{std::move(first), std::move(value)}, where};
  }
}

void Options::remove(std::string_view key) {
  const auto place = values_.find(key);
  if (place != values_.end()) {
    values_.erase(place);
  }
}

void Options::inherit(const Options& other) {
  for (const auto& [key, value] : other.values_) {
    values_.try_emplace(key, value);
  }
}

const OptionValue* Options::find(std::string_view key) const {
  asked_.emplace(key);
  const auto place = values_.find(key);
  return place == values_.end() ? nullptr : &place->second;
}

bool Options::has(std::string_view key) const {
  return find(key) != nullptr;
}

std::string Options::where(std::string_view key) const {
  const auto place = values_.find(key);
  return place == values_.end() ? where_ + ", " + std::string(key) : place->second.where;
}

void Options::refuse(std::string_view key, std::string expected, std::string remedy) const {
  const auto place = values_.find(key);
  throw ConfigError(
      {.where = where(key),
       .found = place == values_.end() ? "nothing" : quoted(option_text(place->second)),
       .expected = std::move(expected),
       .remedy = remedy.empty() ? "correct the value of " + quoted(key) : std::move(remedy),
       .problem = "cannot use the value of " + quoted(key)});
}

std::optional<std::string> Options::text(std::string_view key) const {
  const auto* entry = find(key);
  if (entry == nullptr) {
    return std::nullopt;
  }
  if (std::holds_alternative<OptionValue::List>(entry->value) ||
      std::holds_alternative<OptionValue::Table>(entry->value)) {
    refuse(key, "one text");
  }
  return option_text(*entry);
}

std::optional<double> Options::number(std::string_view key) const {
  const auto written = text(key);
  if (!written) {
    return std::nullopt;
  }
  const auto value = parse_number(*written);
  if (!value) {
    refuse(key, "a number");
  }
  return value;
}

std::optional<Index> Options::count(std::string_view key) const {
  const auto written = text(key);
  if (!written) {
    return std::nullopt;
  }
  const auto value = parse_index(*written);
  if (!value) {
    refuse(key, "a whole number");
  }
  return value;
}

std::optional<bool> Options::flag(std::string_view key) const {
  const auto written = text(key);
  if (!written) {
    return std::nullopt;
  }
  if (*written != "true" && *written != "false") {
    refuse(key, "true or false");
  }
  return *written == "true";
}

namespace {

void add_texts(const OptionValue& value, bool split_commas, std::vector<std::string>& texts) {
  if (const auto* list = std::get_if<OptionValue::List>(&value.value)) {
    // A list of the study file says by itself where one text ends; texts of the command line may hold several.
    for (const auto& part : *list) {
      add_texts(part, split_commas && part.where.starts_with("--"), texts);
    }
  } else if (split_commas) {
    for (const auto& part : split(option_text(value), ',')) {
      texts.emplace_back(trim(part));
    }
  } else {
    texts.push_back(option_text(value));
  }
}

} // namespace

std::vector<std::string> Options::texts(std::string_view key) const {
  std::vector<std::string> result;
  if (const auto* entry = find(key)) {
    add_texts(*entry, true, result);
  }
  return result;
}

std::vector<std::string> Options::whole_texts(std::string_view key) const {
  std::vector<std::string> result;
  if (const auto* entry = find(key)) {
    add_texts(*entry, false, result);
  }
  return result;
}

std::vector<double> Options::numbers(std::string_view key) const {
  std::vector<double> result;
  for (const auto& written : texts(key)) {
    const auto value = parse_number(written);
    if (!value) {
      refuse(key, "a list of numbers");
    }
    result.push_back(*value);
  }
  return result;
}

std::vector<std::pair<std::string, std::vector<std::string>>>
Options::table(std::string_view key) const {
  std::vector<std::pair<std::string, std::vector<std::string>>> result;
  const auto* entry = find(key);
  if (entry == nullptr) {
    return result;
  }
  if (const auto* table = std::get_if<OptionValue::Table>(&entry->value)) {
    for (const auto& [name, value] : *table) {
      std::vector<std::string> parts;
      add_texts(value, true, parts);
      result.push_back({name, std::move(parts)});
    }
    return result;
  }
  for (const auto& written : whole_texts(key)) {
    const auto equals = written.find('=');
    if (equals == std::string::npos || equals == 0) {
      refuse(key, "NAME=value");
    }
    std::vector<std::string> parts;
    for (const auto& part : split(std::string_view(written).substr(equals + 1), ',')) {
      parts.emplace_back(trim(part));
    }
    result.push_back({written.substr(0, equals), std::move(parts)});
  }
  return result;
}

std::string Options::choice(std::string_view key,
                            const std::vector<std::string>& words,
                            std::string_view otherwise) const {
  const auto written = text(key);
  if (!written) {
    return std::string(otherwise);
  }
  if (std::find(words.begin(), words.end(), *written) == words.end()) {
    refuse(key, "one of " + join(words, ", "), suggestion(*written, words));
  }
  return *written;
}

void Options::refuse_unknown() const {
  const std::vector<std::string> known(asked_.begin(), asked_.end());
  for (const auto& [key, value] : values_) {
    if (asked_.find(key) == asked_.end()) {
      throw ConfigError({.where = value.where,
                         .found = "unknown key " + quoted(key),
                         .expected = "a key of " + where_,
                         .remedy = suggestion(key, known),
                         .problem = "cannot use the request"});
    }
  }
}

} // namespace vigil
