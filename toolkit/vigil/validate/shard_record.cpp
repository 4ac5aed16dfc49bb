// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/shard_record.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace vigil {

namespace {

constexpr const char* shard_kind = "resample";
constexpr const char* tally_kind = "null-tally";

constexpr std::array<FitStatus, 4> all_statuses{
    FitStatus::converged, FitStatus::iteration_limit, FitStatus::saturated, FitStatus::undefined};

[[noreturn]] void damaged(const std::string& found, const std::string& expected) {
  throw InputError({.where = "a work unit in a shard",
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

void check_kind(const Record& record, std::string_view kind) {
  if (record.kind() != kind) {
    damaged("a record of kind " + quoted(record.kind()), "kind " + quoted(kind));
  }
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

std::vector<ChosenCut> cuts_of(const Record& record) {
  std::vector<ChosenCut> cuts;
  if (record.has("cuts")) {
    const auto& columns = record.texts("cut_columns");
    const auto& values = record.numbers("cuts");
    if (columns.size() != values.size()) {
      damaged(number_text(size_of(values)) + " cuts of " + number_text(size_of(columns)) +
                  " columns",
              "one cut per column");
    }
    for (std::size_t place = 0; place < columns.size(); ++place) {
      cuts.push_back({.column = columns[place], .cut = values[place]});
    }
  }
  return cuts;
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
  if (!resample.cuts.empty()) {
    Record::Texts columns;
    Record::Numbers cuts;
    for (const ChosenCut& one : resample.cuts) {
      columns.push_back(one.column);
      cuts.push_back(one.cut);
    }
    record.set("cut_columns", std::move(columns));
    record.set("cuts", std::move(cuts));
  }
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
  check_kind(record, shard_kind);
  ResampleRecord resample{.learner = record.text("learner"),
                          .resample = record.count("resample"),
                          .subject = record.counts("subject"),
                          .role = roles_of(record.counts("role")),
                          .prediction = {},
                          .selected = selected_of(record),
                          .status = status_of(record.text("status")),
                          .cuts = cuts_of(record)};
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

Record to_record(const NullTally& tally) {
  Record record(tally_kind);
  Record::Counts columns, times;
  for (const NullTally::Selected& one : tally.selected) {
    columns.push_back(one.column);
    times.push_back(one.models);
  }
  record.set("concordant", tally.concordant);
  record.set("comparable", tally.comparable);
  record.set("models", tally.models);
  record.set("selected", std::move(columns));
  record.set("selected_models", std::move(times));
  record.set("because", tally.because);
  return record;
}

NullTally to_null_tally(const Record& record) {
  check_kind(record, tally_kind);
  NullTally tally{.concordant = record.number("concordant"),
                  .comparable = record.number("comparable"),
                  .models = record.count("models"),
                  .because = record.text("because")};
  const auto& columns = record.counts("selected");
  const auto& times = record.counts("selected_models");
  if (columns.size() != times.size()) {
    damaged(number_text(size_of(times)) + " counts for " + number_text(size_of(columns)) +
                " selected columns",
            "one count per column");
  }
  for (Index place = 0; place < size_of(columns); ++place) {
    tally.selected.push_back({.column = columns[at(place)], .models = times[at(place)]});
  }
  return tally;
}

} // namespace vigil
