// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/shard_record.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

namespace vigil {

namespace {

constexpr const char* shard_kind = "resample";

constexpr std::array<FitStatus, 4> all_statuses{
    FitStatus::converged, FitStatus::iteration_limit, FitStatus::saturated, FitStatus::undefined};

[[noreturn]] void damaged(const std::string& found, const std::string& expected) {
  throw InputError({.where = "a resample in a shard",
                    .found = found,
                    .expected = expected,
                    .remedy = "compute the shard again",
                    .problem = "cannot read this shard"});
}

void set_table(Record& record, const std::string& name, const RiskTable& table) {
  record.set(name + "_horizon", table.horizon);
  record.set(name, table.value);
}

RiskTable table_of(const Record& record, const std::string& name, Index subjects) {
  RiskTable table{.horizon = record.numbers(name + "_horizon"), .value = record.numbers(name)};
  if (size_of(table.value) != size_of(table.horizon) * subjects) {
    damaged(number_text(size_of(table.value)) + " values in " + quoted(name),
            number_text(size_of(table.horizon) * subjects) + ", subjects x horizons");
  }
  return table;
}

std::optional<RiskTable>
optional_table(const Record& record, const std::string& name, Index subjects) {
  return record.has(name) ? std::optional(table_of(record, name, subjects)) : std::nullopt;
}

FitStatus status_of(const std::string& name) {
  for (const FitStatus status : all_statuses) {
    if (name == name_of(status)) {
      return status;
    }
  }
  damaged("status " + quoted(name), "a status of a fit");
}

std::vector<FoldRole> roles_of(const Record::Counts& codes) {
  std::vector<FoldRole> roles;
  for (const Index code : codes) {
    roles.push_back(code == 0 ? FoldRole::train : FoldRole::test);
  }
  return roles;
}

std::vector<SelectedFeature> selected_of(const Record& record) {
  const auto& features = record.counts("selected");
  const auto& coefficients = record.numbers("coefficients");
  if (features.size() != coefficients.size()) {
    damaged(number_text(size_of(coefficients)) + " coefficients for " +
                number_text(size_of(features)) + " selected features",
            "one coefficient per feature");
  }
  std::vector<SelectedFeature> selected;
  for (Index place = 0; place < size_of(features); ++place) {
    selected.push_back({.feature = features[at(place)], .coefficient = coefficients[at(place)]});
  }
  return selected;
}

} // namespace

Record to_record(const ResampleRecord& resample) {
  Record record(shard_kind);
  record.set("learner", resample.learner);
  record.set("resample", resample.resample);
  record.set("status", std::string(name_of(resample.status)));
  record.set("subject", resample.subject);
  Record::Counts roles, features;
  Record::Numbers coefficients;
  for (const FoldRole role : resample.role) {
    roles.push_back(role == FoldRole::train ? 0 : 1);
  }
  for (const SelectedFeature& feature : resample.selected) {
    features.push_back(feature.feature);
    coefficients.push_back(feature.coefficient);
  }
  record.set("role", std::move(roles));
  record.set("selected", std::move(features));
  record.set("coefficients", std::move(coefficients));
  record.set("score", resample.prediction.score);
  set_table(record, "risk", resample.prediction.risk);
  for (const auto& [name, table] : {std::pair("lower", &resample.prediction.lower),
                                    std::pair("upper", &resample.prediction.upper),
                                    std::pair("curves", &resample.prediction.curves)}) {
    if (table->has_value()) {
      set_table(record, name, **table);
    }
  }
  return record;
}

ResampleRecord to_resample_record(const Record& record) {
  if (record.kind() != shard_kind) {
    damaged("a record of kind " + quoted(record.kind()), "kind " + quoted(shard_kind));
  }
  ResampleRecord resample{.learner = record.text("learner"),
                          .resample = record.count("resample"),
                          .subject = record.counts("subject"),
                          .role = roles_of(record.counts("role")),
                          .prediction = {},
                          .selected = selected_of(record),
                          .status = status_of(record.text("status"))};
  const Index subjects = size_of(resample.subject);
  resample.prediction = {.score = record.numbers("score"),
                         .risk = table_of(record, "risk", subjects),
                         .lower = optional_table(record, "lower", subjects),
                         .upper = optional_table(record, "upper", subjects),
                         .curves = optional_table(record, "curves", subjects)};
  if (size_of(resample.prediction.score) != subjects || size_of(resample.role) != subjects) {
    damaged(number_text(size_of(resample.prediction.score)) + " scores and " +
                number_text(size_of(resample.role)) + " roles",
            number_text(subjects) + ", one per subject");
  }
  return resample;
}

} // namespace vigil
