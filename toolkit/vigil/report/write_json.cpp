// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/write_json.hpp"

#include "vigil/report/fields.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/version.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace vigil::report {
namespace {

using Json = nlohmann::ordered_json;

Json value_of(const std::string& text) {
  return text;
}
Json value_of(double number) {
  return std::isfinite(number) ? Json(number) : Json(nullptr);
}
Json value_of(Index number) {
  return number;
}
Json value_of(std::uint64_t number) {
  return number;
}
Json value_of(bool truth) {
  return truth;
}
Json value_of(TimeUnit unit) {
  return std::string(name_of(unit));
}
Json value_of(triage::Action action) {
  return std::string(name_of(action));
}
Json value_of(HorizonOutcome outcome) {
  return outcome == HorizonOutcome::event      ? "event"
         : outcome == HorizonOutcome::no_event ? "no event"
                                               : "unknown";
}

Json value_of(const std::vector<triage::TriageRow>& rows);
template <class Row>
Json value_of(const Row& row);
template <class Value>
Json value_of(const std::vector<Value>& values) {
  Json list = Json::array();
  for (const Value& value : values) {
    list.push_back(value_of(value));
  }
  return list;
}
template <class Value>
Json value_of(const std::optional<Value>& value) {
  return value ? value_of(*value) : Json(nullptr);
}

struct ObjectWriter {
  Json& object;
  template <class Value>
  void operator()(const char* name, const Value& value) {
    object[name] = value_of(value);
  }
};

struct ColumnWriter {
  Json& object;
  template <class Value>
  void operator()(const char* name, const Value& value) {
    object[name].push_back(value_of(value));
  }
};

// Subjects are many: one array per column.
Json value_of(const std::vector<triage::TriageRow>& rows) {
  Json object = Json::object();
  ColumnWriter writer{object};
  for (const triage::TriageRow& row : rows) {
    fields(writer, row);
  }
  return object;
}

template <class Row>
Json value_of(const Row& row) {
  Json object = Json::object();
  ObjectWriter writer{object};
  fields(writer, row);
  return object;
}

} // namespace

std::string json_text(const Report& report) {
  Json object = Json::object();
  object["format"] = report_format;
  object["vigil"] = version;
  object["intended_use"] = intended_use;
  ObjectWriter writer{object};
  fields(writer, report);
  return object.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_json(const Report& report, const std::filesystem::path& directory) {
  write_file(directory / "report.json", json_text(report));
}

} // namespace vigil::report
