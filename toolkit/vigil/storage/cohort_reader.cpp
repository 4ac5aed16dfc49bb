// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/cohort_reader.hpp"

#include "vigil/base/digest.hpp"
#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/blas.hpp"
#include "vigil/storage/clinical_columns.hpp"
#include "vigil/storage/cohort_source.hpp"
#include "vigil/storage/marker_columns.hpp"
#include "vigil/storage/outcome_columns.hpp"
#include "vigil/storage/subject_filter.hpp"
#include "vigil/storage/text_source.hpp"
#include "vigil/version.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

namespace vigil::storage {

namespace {

/// The rows that meet all conditions, with one flow step for each.
std::vector<Index>
kept_rows(const DataFrame& frame, const CohortRequest& request, std::vector<FlowStep>& flow) {
  const auto events = event_rows(frame, request);
  std::vector<Index> kept(at(frame.rows()));
  std::iota(kept.begin(), kept.end(), Index{0});
  const auto step = [&](const std::string& name, const std::string& reason) {
    const Index happened =
        std::count_if(kept.begin(), kept.end(), [&events](Index row) { return events[at(row)]; });
    flow.push_back({.step = name, .subjects = size_of(kept), .events = happened, .reason = reason});
  };
  step("read", request.file.filename().string());
  for (const auto& text : request.subjects) {
    const auto good = meets(frame, parse_filter(text));
    kept.erase(
        std::remove_if(kept.begin(), kept.end(), [&good](Index row) { return !good[at(row)]; }),
        kept.end());
    step("subjects", text);
    if (kept.empty()) {
      throw InputError({.where = frame.source(),
                        .found = "no subject that meets " + vigil::quoted(text) +
                                 " and the conditions before it",
                        .expected = "at least one subject",
                        .remedy = "check the condition: --subjects " + vigil::quoted(text),
                        .problem = "no subjects are left"});
    }
  }
  return kept;
}

Grouping read_grouping(const DataFrame& frame, const std::string& column, bool may_miss) {
  if (column.empty()) {
    return {};
  }
  const auto labels = frame.texts(column);
  FaultList faults;
  for (Index row = 0; !may_miss && row < size_of(labels); ++row) {
    if (labels[at(row)].empty()) {
      faults.add(frame.where(column) + ", " + frame.row_name(row), "NA");
    }
  }
  faults.raise_if_any("column " + vigil::quoted(column) + " has missing values",
                      "a known value for every subject",
                      "complete them, or leave the subjects out with: --subjects '" + column +
                          "!=NA'");
  return make_grouping(labels);
}

std::vector<double>
read_finite(const DataFrame& frame, const std::string& column, bool nonnegative) {
  if (column.empty()) {
    return {};
  }
  auto values = frame.numbers(column);
  FaultList faults;
  for (Index row = 0; row < size_of(values); ++row) {
    const double value = values[at(row)];
    if (!std::isfinite(value) || (nonnegative && value < 0.0)) {
      faults.add(frame.where(column) + ", " + frame.row_name(row), number_text(value));
    }
  }
  faults.raise_if_any("cannot use column " + vigil::quoted(column),
                      nonnegative ? "a finite number >= 0" : "a finite number",
                      "correct the rows, or leave them out with: --subjects '" + column + "!=NA'");
  return values;
}

/// What is known of a column: the request first, then the file.
class Describer {
public:
  Describer(const CohortRequest& request, CohortMetadata metadata)
      : unit_(std::move(metadata.unit)), known_at_(std::move(metadata.known_at)) {
    for (const auto& [name, unit] : request.unit) {
      unit_[name] = unit;
    }
    for (const auto& [name, moment] : request.known_at) {
      known_at_[name] = moment;
    }
  }
  FeatureInfo operator()(const std::string& name) const {
    FeatureInfo info;
    info.name = name;
    const auto unit = unit_.find(name);
    info.unit = unit == unit_.end() ? "1" : unit->second;
    const auto moment = known_at_.find(name);
    if (moment != known_at_.end()) {
      info.known_at = moment->second;
    }
    return info;
  }

private:
  std::map<std::string, std::string> unit_;
  std::map<std::string, KnownAt> known_at_;
};

/// Throws ConfigError when known_at, unit, levels or cuts name a column that the file lacks.
void check_described(const CohortRequest& request,
                     const DataFrame& frame,
                     const std::vector<std::string>& markers) {
  const std::set<std::string> marker_set(markers.begin(), markers.end());
  const auto check = [&](const auto& named, const char* option) {
    for (const auto& entry : named) {
      if (frame.has(entry.first) || marker_set.count(entry.first) > 0) {
        continue;
      }
      auto names = frame.column_names();
      names.insert(names.end(), markers.begin(), markers.end());
      throw ConfigError({.where = option,
                         .found = "no column " + vigil::quoted(entry.first),
                         .expected = "a column of " + frame.source(),
                         .remedy = suggestion(entry.first, names),
                         .problem = "there is no column " + vigil::quoted(entry.first)});
    }
  };
  check(request.known_at, "known_at");
  check(request.unit, "unit");
  check(request.levels, "--levels");
  check(request.cuts, "--cut");
}

void describe_outcome(const CohortRequest& request, TimeUnit file_unit, CohortParts& parts) {
  parts.time_unit = file_unit;
  parts.time_name = request.time;
  parts.event_name = !request.cause.empty()   ? request.cause
                     : !request.event.empty() ? request.event
                                              : request.outcome;
  if (parts.outcome && std::holds_alternative<CountOutcome>(*parts.outcome)) {
    const auto& counts = std::get<CountOutcome>(*parts.outcome).count;
    const Index broken = std::count_if(
        counts.begin(), counts.end(), [](double count) { return count != std::floor(count); });
    if (broken > 0) {
      parts.notes.push_back("counts of " + vigil::quoted(request.outcome) +
                            " that are not whole: " + number_text(broken) + " (taken as they are)");
    }
  }
  if (parts.outcome && !request.time.empty()) {
    adapt_times(*parts.outcome, file_unit, request, parts.notes);
    parts.time_unit = request.convert_to.value_or(file_unit);
  }
}

CohortParts read_parts(const CohortRequest& request, CohortSource& source, Scheduler& scheduler) {
  std::vector<FlowStep> flow;
  const DataFrame whole = source.take_frame();
  const auto kept = kept_rows(whole, request, flow);
  const DataFrame frame = size_of(kept) == whole.rows() ? whole : whole.select(kept);
  CohortMetadata metadata = source.metadata();
  const TimeUnit file_unit = request.time_unit.value_or(metadata.time_unit);
  check_described(request, frame, source.marker_names());
  const Describer describe(request, std::move(metadata));
  CohortParts parts{.subject_ids = frame.index(),
                    .features = FeatureMatrix(frame.rows()),
                    .clinical = ClinicalBlock(frame.rows()),
                    .outcome = read_outcome(frame, request)};
  parts.flow = std::move(flow);
  parts.notes = source.notes();
  describe_outcome(request, file_unit, parts);
  parts.stratum = read_grouping(frame, request.strata, false);
  parts.group = read_grouping(frame, request.group, false);
  parts.centre = read_grouping(frame, request.centre, true);
  parts.batch = read_grouping(frame, request.batch, false);
  parts.sampling_weight = read_finite(frame, request.weight, true);
  parts.offset = read_finite(frame, request.offset, false);
  if (source.has_matrix()) {
    parts.features = source.markers({request, kept, describe}, scheduler);
  } else {
    const auto names = table_marker_names(frame, request, parts.notes);
    parts.features = add_table_markers(parts.clinical, frame, names, request, describe);
  }
  add_clinical_columns(parts.clinical, frame, request, describe, parts.notes);
  parts.file_name = request.file.filename().string();
  return parts;
}

} // namespace

void choose_features(CohortRequest& request, const std::string& text) {
  request.feature_names.clear();
  if (text == "none" || text == "all" || text == "rest") {
    request.features = text == "none"  ? FeatureChoice::none
                       : text == "all" ? FeatureChoice::all
                                       : FeatureChoice::rest;
    return;
  }
  request.features = FeatureChoice::listed;
  std::error_code none;
  const bool is_file = std::filesystem::is_regular_file(text, none);
  const std::string names = is_file ? read_text(text) : text;
  for (const auto& name : split(names, is_file ? '\n' : ',')) {
    if (!trim(name).empty()) {
      request.feature_names.emplace_back(trim(name));
    }
  }
}

Cohort open_cohort(const CohortRequest& request, Scheduler& scheduler) {
  check_outcome_request(request);
  check_covariate_request(request);
  CohortSource source(request);
  std::optional<CohortParts> parts;
  Provenance provenance{.file_digest = {}, .vigil_version = version, .blas_core = blas_core()};
  scheduler.run_beside([&] { provenance.file_digest = file_digest(request.file); },
                       [&] { parts = read_parts(request, source, scheduler); });
  parts->provenance = std::move(provenance);
  return Cohort(std::move(*parts));
}

} // namespace vigil::storage
