// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_file.hpp"

#include "vigil/base/digest.hpp"
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <toml++/toml.h>

namespace vigil {

namespace {

constexpr Index schema_version = 1;

[[noreturn]] void
refuse(std::string where, std::string found, std::string expected, std::string remedy) {
  throw ConfigError({.where = std::move(where),
                     .found = std::move(found),
                     .expected = std::move(expected),
                     .remedy = std::move(remedy),
                     .problem = "cannot use the study file"});
}

class Reader {
public:
  explicit Reader(std::string name) : name_(std::move(name)) {}

  [[nodiscard]] std::string place(const toml::source_region& source) const {
    return name_ + ":" + number_text(static_cast<Index>(source.begin.line)) + ":" +
           number_text(static_cast<Index>(source.begin.column));
  }

  [[nodiscard]] OptionValue value(const toml::node& node) const {
    OptionValue result{false, place(node.source())};
    if (const auto* truth = node.as_boolean()) {
      result.value = truth->get();
    } else if (const auto* count = node.as_integer()) {
      result.value = static_cast<Index>(count->get());
    } else if (const auto* number = node.as_floating_point()) {
      result.value = number->get();
    } else if (const auto* text = node.as_string()) {
      result.value = text->get();
    } else if (const auto* list = node.as_array()) {
      OptionValue::List parts;
      for (const auto& part : *list) {
        parts.push_back(value(part));
      }
      result.value = std::move(parts);
    } else if (const auto* table = node.as_table()) {
      OptionValue::Table parts;
      for (const auto& [key, part] : *table) {
        parts.push_back({std::string(key.str()), value(part)});
      }
      result.value = std::move(parts);
    } else {
      refuse(place(node.source()),
             "a date or time",
             "a text, number, truth value, list or table",
             "write it as a text");
    }
    return result;
  }

  [[nodiscard]] Options section(const toml::table& table, const std::string& title) const {
    Options options(name_ + " " + title);
    for (const auto& [key, node] : table) {
      options.set(std::string(key.str()), value(node));
    }
    return options;
  }

  /// The named section; an empty one when it is absent.
  [[nodiscard]] Options section(const toml::table& root, const char* name) const {
    const auto* node = root.get(name);
    if (node == nullptr) {
      return Options(name_ + " [" + name + "]");
    }
    if (!node->is_table()) {
      refuse(place(node->source()),
             vigil::quoted(name) + " is no section",
             "[" + std::string(name) + "]",
             "write it as a section");
    }
    return section(*node->as_table(), "[" + std::string(name) + "]");
  }

  /// Every [[name]] section, in order.
  [[nodiscard]] std::vector<Options> sections(const toml::table& root, const char* name) const {
    std::vector<Options> all;
    const auto* node = root.get(name);
    if (node == nullptr) {
      return all;
    }
    const std::string title = "[[" + std::string(name) + "]]";
    const auto* list = node->as_array();
    if (list == nullptr || !list->is_homogeneous(toml::node_type::table)) {
      refuse(place(node->source()),
             vigil::quoted(name) + " is no list of sections",
             title,
             "write it as " + title);
    }
    for (const auto& part : *list) {
      all.push_back(section(*part.as_table(), title + " " + number_text(size_of(all) + 1)));
    }
    return all;
  }

  void check_top_level(const toml::table& root) const {
    const std::vector<std::string> known{
        "schema", "data", "external", "learner", "prepare", "validate", "triage", "run", "report"};
    for (const auto& [key, node] : root) {
      const std::string name(key.str());
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        refuse(place(key.source()),
               "unknown key " + vigil::quoted(name),
               "one of " + join(known, ", "),
               suggestion(name, known));
      }
    }
    const auto schema = root["schema"].value<Index>();
    if (schema != schema_version) {
      refuse(name_,
             schema ? "schema = " + number_text(*schema) : "no schema",
             "schema = " + number_text(schema_version),
             "write schema = 1 as the first line, or use a newer vigil");
    }
  }

private:
  std::string name_;
};

} // namespace

std::filesystem::path StudyFile::resolve(const std::string& path) const {
  const std::filesystem::path named(path);
  return named.is_absolute() ? named : file.parent_path() / named;
}

StudyFile read_study(const std::filesystem::path& file) {
  const std::string digest = file_digest(file);
  const Reader reader(file.filename().string());
  toml::table root;
  try {
    root = toml::parse_file(file.string());
  } catch (const toml::parse_error& error) {
    refuse(reader.place(error.source()),
           std::string(error.description()),
           "TOML 1.0",
           "correct the line; docs/formats/study.md shows a whole study");
  }
  reader.check_top_level(root);
  StudyFile study{.file = file,
                  .digest = digest,
                  .data = reader.section(root, "data"),
                  .prepare = reader.section(root, "prepare"),
                  .validate = reader.section(root, "validate"),
                  .run = reader.section(root, "run"),
                  .report = reader.section(root, "report"),
                  .externals = reader.sections(root, "external"),
                  .learners = reader.sections(root, "learner"),
                  .triage = {}};
  if (root.contains("triage")) {
    study.triage = reader.section(root, "triage");
  }
  return study;
}

} // namespace vigil
