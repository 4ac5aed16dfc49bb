// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/report/fields.hpp"
#include "vigil/report/write_json.hpp"
#include "vigil/version.hpp"

#include <fstream>
#include <nlohmann/json.hpp>

namespace vigil::report {
namespace {

using Json = nlohmann::ordered_json;

void take(const Json& json, std::string& text) {
  text = json.get<std::string>();
}
void take(const Json& json, double& number) {
  number = json.is_null() ? not_available : json.get<double>();
}
void take(const Json& json, Index& number) {
  number = json.get<Index>();
}
void take(const Json& json, std::uint64_t& number) {
  number = json.get<std::uint64_t>();
}
void take(const Json& json, bool& truth) {
  truth = json.get<bool>();
}
void take(const Json& json, TimeUnit& unit) {
  unit = parse_time_unit(json.get<std::string>()).value_or(TimeUnit::unstated);
}
void take(const Json& json, triage::Action& action) {
  const auto text = json.get<std::string>();
  for (const triage::Action candidate : all_actions) {
    if (text == name_of(candidate)) {
      action = candidate;
    }
  }
}
void take(const Json& json, HorizonOutcome& outcome) {
  const auto text = json.get<std::string>();
  outcome = text == "event"      ? HorizonOutcome::event
            : text == "no event" ? HorizonOutcome::no_event
                                 : HorizonOutcome::unknown;
}

void take(const Json& json, std::vector<triage::TriageRow>& rows);
template <class Row>
void take(const Json& json, Row& row);
template <class Value>
void take(const Json& json, std::vector<Value>& values) {
  values.clear();
  for (const Json& item : json) {
    Value value{};
    take(item, value);
    values.push_back(std::move(value));
  }
}
template <class Value>
void take(const Json& json, std::optional<Value>& value) {
  value.reset();
  if (!json.is_null()) {
    take(json, value.emplace());
  }
}

/// Keys that a report.json of this format may lack, as earlier versions did not write them.
bool may_lack(std::string_view name) {
  return name == "forests" || name == "null_check" || name == "passport" || name == "replication" ||
         name == "proportional_hazards" || name == "censoring" || name.starts_with("adequate_") ||
         name == "inflation" || name == "mean_squared_error";
}

struct ObjectReader {
  const Json& object;
  template <class Value>
  void operator()(const char* name, Value& value) {
    if (may_lack(name) && !object.contains(name)) {
      return;
    }
    take(object.at(name), value);
  }
};

struct ColumnReader {
  const Json& object;
  std::size_t row;
  template <class Value>
  void operator()(const char* name, Value& value) {
    take(object.at(name).at(row), value);
  }
};

void take(const Json& json, std::vector<triage::TriageRow>& rows) {
  rows.assign(json.empty() ? 0 : json.at("action").size(), triage::TriageRow{});
  for (std::size_t row = 0; row < rows.size(); ++row) {
    ColumnReader reader{json, row};
    fields(reader, rows[row]);
  }
}

template <class Row>
void take(const Json& json, Row& row) {
  ObjectReader reader{json};
  fields(reader, row);
}

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& found) {
  throw InputError({.where = file.string(),
                    .found = found,
                    .expected = "a report.json of format " + std::to_string(report_format),
                    .remedy = "run the study again with: vigil run STUDY.toml",
                    .problem = "cannot read the report"});
}

} // namespace

Report read_json(const std::filesystem::path& directory) {
  const std::filesystem::path file = directory / "report.json";
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    refuse(file, "no such file, or it cannot be opened");
  }
  try {
    const Json json = Json::parse(in);
    if (json.at("format") != report_format) {
      refuse(file, "format " + json.at("format").dump());
    }
    Report report;
    take(json, report);
    return report;
  } catch (const Json::exception& failed) {
    refuse(file, failed.what());
  }
}

} // namespace vigil::report
