// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/cohort/cohort.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>

namespace vigil {

namespace {

constexpr std::array<std::string_view, 5> unit_names{
    "unstated", "days", "weeks", "months", "years"};
constexpr std::array<double, 5> unit_days{0.0, 1.0, 7.0, 365.25 / 12.0, 365.25};

} // namespace

std::string_view name_of(TimeUnit unit) noexcept {
  return unit_names[static_cast<std::size_t>(unit)];
}

std::optional<TimeUnit> parse_time_unit(std::string_view text) noexcept {
  for (std::size_t unit = 0; unit < unit_names.size(); ++unit) {
    if (text == unit_names[unit]) {
      return static_cast<TimeUnit>(unit);
    }
  }
  return std::nullopt;
}

double time_conversion(TimeUnit from, TimeUnit to) {
  if (from == to) {
    return 1.0;
  }
  if (from == TimeUnit::unstated || to == TimeUnit::unstated) {
    throw ConfigError({.where = "time_unit",
                       .found = std::string(name_of(from)) + " and " + std::string(name_of(to)),
                       .expected = "both cohorts state their time unit, or neither does",
                       .remedy = "add --time-unit days|weeks|months|years (time_unit in a study)",
                       .problem = "cannot compare times in different units"});
  }
  return unit_days[static_cast<std::size_t>(from)] / unit_days[static_cast<std::size_t>(to)];
}

Grouping make_grouping(std::span<const std::string> labels) {
  Grouping grouping;
  for (const auto& label : labels) {
    if (!label.empty()) {
      grouping.names.push_back(label);
    }
  }
  std::sort(grouping.names.begin(), grouping.names.end());
  grouping.names.erase(std::unique(grouping.names.begin(), grouping.names.end()),
                       grouping.names.end());
  grouping.level.reserve(labels.size());
  for (const auto& label : labels) {
    const auto place = std::lower_bound(grouping.names.begin(), grouping.names.end(), label);
    grouping.level.push_back(label.empty() ? no_index : place - grouping.names.begin());
  }
  return grouping;
}

namespace {

void check_ids(std::span<const std::string> ids) {
  std::unordered_set<std::string_view> seen;
  FaultList faults;
  for (Index row = 0; row < size_of(ids); ++row) {
    if (!seen.insert(ids[at(row)]).second) {
      faults.add("row " + number_text(row + 1), "id " + quoted(ids[at(row)]) + " a second time");
    }
  }
  faults.raise_if_any("cannot use the subject ids",
                      "one row per subject, each id once",
                      "remove the duplicates, or name another column with --id");
}

void check_sizes(const CohortParts& parts) {
  const Index count = size_of(parts.subject_ids);
  const auto fits = [count](const auto& values) {
    return values.empty() || size_of(values) == count;
  };
  VIGIL_EXPECTS(parts.features.subjects() == count && parts.clinical.subjects() == count);
  VIGIL_EXPECTS(fits(parts.stratum.level) && fits(parts.batch.level) && fits(parts.centre.level));
  VIGIL_EXPECTS(fits(parts.group.level) && fits(parts.offset) && fits(parts.sampling_weight));
}

} // namespace

Cohort::Cohort(CohortParts parts) : parts_(std::make_shared<const CohortParts>(std::move(parts))) {
  check_sizes(*parts_);
  check_ids(parts_->subject_ids);
  if (parts_->subject_ids.empty()) {
    throw InputError({.where = parts_->file_name,
                      .found = "no subjects",
                      .expected = "at least one subject",
                      .remedy = "check the file and the --subjects conditions"});
  }
  if (parts_->outcome) {
    check_outcome(*parts_->outcome, parts_->subject_ids, parts_->time_name, parts_->event_name);
  }
}

TrainingData Cohort::data() const {
  if (!parts_->outcome) {
    throw InputError({.where = parts_->file_name,
                      .found = "no outcome",
                      .expected = "a time and an event column",
                      .remedy = "name them with --time and --event"});
  }
  return {.features = parts_->features,
          .clinical = parts_->clinical,
          .outcome = *parts_->outcome,
          .stratum = parts_->stratum.level,
          .batch = parts_->batch.level,
          .offset = parts_->offset,
          .centre = parts_->centre.level,
          .group = parts_->group.level,
          .batch_names = parts_->batch.names};
}

void require_times(const Cohort& cohort, const std::string& who) {
  if (!cohort.has_outcome() || has_times(*cohort.parts().outcome)) {
    return;
  }
  throw ConfigError(
      {.where = cohort.parts().file_name + ", outcome " + quoted(cohort.parts().event_name),
       .found = "the family " + std::string(name_of(*cohort.parts().outcome)),
       .expected = "the time to an event",
       .remedy = "name the outcome with --time and --event; other families are for "
                 "vigil path and vigil cv",
       .problem = who + " cannot use this outcome"});
}

Covariates Cohort::covariates() const noexcept {
  return {.features = parts_->features,
          .clinical = parts_->clinical,
          .stratum = parts_->stratum.level,
          .batch = parts_->batch.level,
          .offset = parts_->offset,
          .batch_names = parts_->batch.names};
}

bool Cohort::has_outcome() const noexcept {
  return parts_->outcome.has_value();
}

Index Cohort::subjects() const noexcept {
  return size_of(parts_->subject_ids);
}

namespace {

/// Subjects whose event (of any cause) happened; for binary outcomes the ones.
struct CountEvents {
  static Index nonzero(const std::vector<std::uint8_t>& codes) {
    return std::count_if(codes.begin(), codes.end(), [](std::uint8_t code) { return code != 0; });
  }
  Index operator()(const SurvivalOutcome& outcome) const { return nonzero(outcome.event); }
  Index operator()(const CompetingRisksOutcome& outcome) const { return nonzero(outcome.cause); }
  Index operator()(const BinaryOutcome& outcome) const { return nonzero(outcome.label); }
  Index operator()(const CountOutcome&) const { return 0; }
  Index operator()(const ContinuousOutcome&) const { return 0; }
};

} // namespace

Index Cohort::events() const noexcept {
  return parts_->outcome ? std::visit(CountEvents{}, *parts_->outcome) : 0;
}

TimeUnit Cohort::time_unit() const noexcept {
  return parts_->time_unit;
}

std::span<const std::string> Cohort::subject_ids() const noexcept {
  return parts_->subject_ids;
}

std::span<const std::string> Cohort::centre_names() const noexcept {
  return parts_->centre.names;
}

const Provenance& Cohort::provenance() const noexcept {
  return parts_->provenance;
}

CaseWeights Cohort::weights() const {
  const auto ones = CaseWeights::ones(subjects());
  return parts_->sampling_weight.empty() ? ones : ones.with_sampling(parts_->sampling_weight);
}

} // namespace vigil
