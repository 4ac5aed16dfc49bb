// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/provenance.hpp"
#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/training_data.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

enum class TimeUnit { unstated, days, weeks, months, years };

[[nodiscard]] std::string_view name_of(TimeUnit unit) noexcept;
[[nodiscard]] std::optional<TimeUnit> parse_time_unit(std::string_view text) noexcept;
/// Factor that turns a time in `from` into one in `to`: month = 365.25/12 days, year = 365.25 days.
/// Throws ConfigError when either is unstated and they differ.
[[nodiscard]] double time_conversion(TimeUnit from, TimeUnit to);

/// One step from the file to the analysed subjects: who was left out and why.
struct FlowStep {
  std::string step;
  Index subjects = 0, events = 0;
  std::string reason = {};
};

/// Labels of a grouping: `level` per subject (no_index where it is missing), `names` per level, in sorted order.
struct Grouping {
  std::vector<Index> level;
  std::vector<std::string> names;
  [[nodiscard]] bool empty() const noexcept { return level.empty(); }
};
/// Levels in sorted order of their names; an empty text is missing.
[[nodiscard]] Grouping make_grouping(std::span<const std::string> labels);

/// Everything a cohort is made of. `outcome` may be absent (prediction on new subjects).
struct CohortParts {
  std::vector<std::string> subject_ids;
  FeatureMatrix features;
  ClinicalBlock clinical;
  std::optional<Outcome> outcome;
  Grouping stratum = {}, batch = {}, centre = {}, group = {};
  std::vector<double> offset = {}, sampling_weight = {};
  TimeUnit time_unit = TimeUnit::unstated;
  std::string time_name = {}, event_name = {};
  Provenance provenance = {};
  std::string file_name = {}; ///< without its folder
  std::vector<FlowStep> flow = {};
  std::vector<std::string> notes = {}; ///< what was assumed or converted on reading, for the report
};

/// Subjects with covariates, outcome and groupings; immutable after loading, cheap to copy.
class Cohort {
public:
  /// Checks the outcome and that all parts have the same subjects. Throws InputError.
  explicit Cohort(CohortParts parts);

  /// Throws InputError when there is no outcome.
  [[nodiscard]] TrainingData data() const;
  [[nodiscard]] Covariates covariates() const noexcept;
  [[nodiscard]] bool has_outcome() const noexcept;
  [[nodiscard]] Index subjects() const noexcept;
  [[nodiscard]] Index events() const noexcept;
  [[nodiscard]] TimeUnit time_unit() const noexcept;
  [[nodiscard]] std::span<const std::string> subject_ids() const noexcept;
  [[nodiscard]] std::span<const std::string> centre_names() const noexcept;
  [[nodiscard]] const Provenance& provenance() const noexcept;
  [[nodiscard]] const CohortParts& parts() const noexcept { return *parts_; }
  /// Weight 1 for each subject, times its sampling weight where there is one.
  [[nodiscard]] CaseWeights weights() const;

private:
  std::shared_ptr<const CohortParts> parts_;
};

/// Throws ConfigError when the cohort has an outcome without times; `who`: "vigil measure".
void require_times(const Cohort& cohort, const std::string& who);

} // namespace vigil
