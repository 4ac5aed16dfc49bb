// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/marker_columns.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/clinical_columns.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace vigil::storage {

namespace {

/// Up to this many markers of a table stay in double precision.
constexpr Index most_double_markers = 1000;
/// A 0 / 1 column may equal few events by chance; from here on it is the event.
constexpr Index certain_events = 5;

bool same_values(const std::vector<double>& left, const std::vector<double>& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), [](double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
  });
}

/// The values of time and event, to find a marker that copies them.
class OutcomeCopies {
public:
  OutcomeCopies(const DataFrame& frame, const CohortRequest& request) {
    if (!request.time.empty()) {
      add(frame, request.time);
    }
    const std::string& event = request.event.empty() ? request.cause : request.event;
    if (!event.empty() && frame.column(event).kind == ColumnKind::number) {
      const auto& codes = frame.column(event).numbers;
      const Index ones = std::count(codes.begin(), codes.end(), 1.0);
      if (std::min(ones, size_of(codes) - ones) >= certain_events) {
        add(frame, event);
      }
    }
  }

  void refuse_copy(const DataFrame& frame,
                   const std::string& name,
                   const std::vector<double>& values) const {
    for (const auto& [outcome, copied] : values_) {
      if (same_values(values, copied)) {
        throw InputError({.where = frame.where(name),
                          .found = "the same values as " + vigil::quoted(outcome),
                          .expected = "a marker, not the outcome itself",
                          .remedy = "leave the column out: name the markers with --features",
                          .problem = "marker " + vigil::quoted(name) + " is the outcome"});
      }
    }
  }

private:
  void add(const DataFrame& frame, const std::string& name) {
    values_.push_back({name, frame.numbers(name)});
  }
  std::vector<std::pair<std::string, std::vector<double>>> values_;
};

FeatureMatrix single_precision(const std::vector<std::vector<double>>& columns,
                               std::vector<FeatureInfo> info,
                               Index subjects) {
  std::vector<float> values;
  values.reserve(columns.size() * at(subjects));
  for (std::size_t number = 0; number < columns.size(); ++number) {
    const auto& column = columns[number];
    const auto first = std::find_if(
        column.begin(), column.end(), [](double value) { return std::isfinite(value); });
    info[number].offset = first == column.end() ? 0.0 : *first;
    for (const double value : column) {
      values.push_back(static_cast<float>(value - info[number].offset));
    }
  }
  const Index features = size_of(info);
  return {resident_source(subjects, features, std::move(values)), std::move(info)};
}

} // namespace

std::vector<std::string> role_columns(const CohortRequest& request) {
  std::vector<std::string> roles{request.time,
                                 request.event,
                                 request.cause,
                                 request.outcome,
                                 request.entry,
                                 request.follow_up_end,
                                 request.strata,
                                 request.weight,
                                 request.offset,
                                 request.centre,
                                 request.group,
                                 request.batch};
  roles.insert(roles.end(), request.clinical.begin(), request.clinical.end());
  roles.erase(std::remove(roles.begin(), roles.end(), std::string()), roles.end());
  return roles;
}

void check_covariate_request(const CohortRequest& request) {
  const std::set<std::string> outcome{request.time,
                                      request.event,
                                      request.cause,
                                      request.outcome,
                                      request.entry,
                                      request.follow_up_end};
  std::set<std::string> seen;
  const auto check = [&](const std::string& option, const std::string& name) {
    const bool is_outcome = !name.empty() && outcome.count(name) > 0;
    if (!is_outcome && seen.insert(name).second) {
      return;
    }
    throw ConfigError(
        {.where = option,
         .found = vigil::quoted(name) + (is_outcome ? ", which is the outcome" : ", named twice"),
         .expected = "columns known before the outcome, each named once",
         .remedy = "leave it out",
         .problem = "cannot use column " + vigil::quoted(name) + " as a covariate"});
  };
  if (!request.batch.empty()) {
    check("--batch", request.batch);
    seen.clear(); // a batch may be a clinical column too
  }
  for (const auto& name : request.clinical) {
    check("--clinical", name);
  }
  for (const auto& name : request.feature_names) {
    check("--features", name);
  }
}

std::vector<std::string> table_marker_names(const DataFrame& frame,
                                            const CohortRequest& request,
                                            std::vector<std::string>& notes) {
  std::vector<std::string> names;
  if (request.features == FeatureChoice::listed) {
    names = request.feature_names;
  } else if (request.features == FeatureChoice::rest || request.features == FeatureChoice::all) {
    const auto roles = role_columns(request);
    for (const auto& column : frame.columns()) {
      const bool known = std::any_of(column.numbers.begin(),
                                     column.numbers.end(),
                                     [](double value) { return !std::isnan(value); });
      if (known && std::find(roles.begin(), roles.end(), column.name) == roles.end()) {
        names.push_back(column.name);
      }
    }
  }
  if (!names.empty()) {
    constexpr std::size_t shown = 20;
    const auto first = std::span<const std::string>(names).first(std::min(shown, names.size()));
    notes.push_back(number_text(size_of(names)) + " markers: " + join(first, ", ") +
                    (names.size() > shown ? ", ..." : ""));
  }
  return names;
}

FeatureMatrix add_table_markers(ClinicalBlock& block,
                                const DataFrame& frame,
                                const std::vector<std::string>& names,
                                const CohortRequest& request,
                                const DescribeColumn& info) {
  const OutcomeCopies copies(frame, request);
  std::vector<std::vector<double>> columns;
  std::vector<FeatureInfo> described;
  for (const auto& name : names) {
    columns.push_back(frame.numbers(name));
    expect_finite(frame, name, columns.back());
    copies.refuse_copy(frame, name, columns.back());
    described.push_back(info(name));
  }
  if (size_of(names) > most_double_markers) {
    return single_precision(columns, std::move(described), frame.rows());
  }
  for (std::size_t number = 0; number < columns.size(); ++number) {
    block.add(std::move(described[number]), std::move(columns[number]));
  }
  return FeatureMatrix(frame.rows());
}

std::vector<Index> marker_positions(const std::vector<std::string>& names,
                                    const std::string& source,
                                    const CohortRequest& request) {
  std::vector<Index> positions;
  if (request.features == FeatureChoice::none) {
    return positions;
  }
  if (request.features != FeatureChoice::listed) {
    positions.resize(names.size());
    std::iota(positions.begin(), positions.end(), Index{0});
    return positions;
  }
  std::map<std::string_view, Index> place;
  for (Index number = 0; number < size_of(names); ++number) {
    place.emplace(names[at(number)], number);
  }
  FaultList faults;
  std::string near;
  for (const auto& name : request.feature_names) {
    const auto found = place.find(name);
    if (found != place.end()) {
      positions.push_back(found->second);
      continue;
    }
    near = near.empty() ? suggestion(name, names) : near;
    faults.add(source, "no feature " + vigil::quoted(name));
  }
  faults.raise_if_any("some markers are not in the file", "names of features in " + source, near);
  std::sort(positions.begin(), positions.end());
  return positions;
}

} // namespace vigil::storage
