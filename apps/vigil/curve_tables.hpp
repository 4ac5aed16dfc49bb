// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace vigil::app {

enum class IncidenceVariance { jackknife, aalen };

/// What `vigil curves` was asked for.
struct CurvesRequest {
  std::vector<double> horizons = {};
  std::optional<double> restrict_at = {}; ///< end of the restricted means
  double level = 0.95;
  IncidenceVariance variance = IncidenceVariance::jackknife;
  bool pseudo_values = false;
  bool strata = false; ///< tests within the strata of the cohort
};

/// Name of the curve of those free of any event; the others are those of the causes.
inline constexpr const char* free_curve = "event_free";
/// Of competing risks; empty for a single event.
[[nodiscard]] std::vector<std::string> cause_names(const Outcome& outcome);

/// Subjects that share one set of curves.
struct CurveGroup {
  std::string name;
  CaseWeights weights;
};

/// The groups of the cohort with subjects, in sorted order of their names; one group "all" where it has no grouping.
[[nodiscard]] std::vector<CurveGroup> curve_groups(const Cohort& cohort);

/// curves.tsv: a row for each group, curve and event time.
void write_curves(const Cohort& cohort,
                  const std::vector<CurveGroup>& groups,
                  const CurvesRequest& request,
                  const std::filesystem::path& folder);
/// horizons.tsv: the same at the horizons.
void write_horizons(const Cohort& cohort,
                    const std::vector<CurveGroup>& groups,
                    const CurvesRequest& request,
                    const std::filesystem::path& folder);
/// groups.tsv: medians and restricted means; restricted_means.tsv: their contrasts with the first group.
void write_groups(const Cohort& cohort,
                  const std::vector<CurveGroup>& groups,
                  const CurvesRequest& request,
                  const std::filesystem::path& folder);
/// tests.tsv: log-rank, Peto and Peto, Gray. Returns the line that is said of each test.
[[nodiscard]] std::vector<std::string> write_tests(const Cohort& cohort,
                                                   const CurvesRequest& request,
                                                   const std::filesystem::path& folder);
/// pseudo_values.tsv, of all subjects together.
void write_pseudo_values(const Cohort& cohort,
                         const CurvesRequest& request,
                         const std::filesystem::path& folder);

} // namespace vigil::app
