// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/cohort.hpp"
#include "vigil/penalized/adaptive.hpp"
#include "vigil/penalized/lambda_grid.hpp"
#include "vigil/penalized/path_fit.hpp"
#include "vigil/penalized/penalty.hpp"

#include "apps/vigil/verb.hpp"
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vigil::app {

/// Options that path and cv share.
[[nodiscard]] std::span<const OptionSpec> path_options() noexcept;

/// What summary.json says of relaxed fits; the choice: of cv.
struct RelaxedSummary {
  Index points = 0; ///< with a fit
  std::string ended_because;
  std::optional<double> gamma_min = {}, lambda_min = {};
  std::optional<Index> nonzero = {}; ///< there
};

/// What a path is asked for on the command line, and what was fitted beside it.
struct PathInput {
  penalized::PenaltyOptions penalty;
  penalized::LambdaGrid grid;
  std::string penalty_name = "elastic-net"; ///< --penalty
  bool adaptive = false;                    ///< whether it is adaptive
  std::optional<penalized::Pilot> pilot;    ///< of all rows, once it is fitted
  bool relax = false;                       ///< --relax
  MarkerFilter filter = {};                 ///< of cv
  std::string combat = {}, cuts = {};       ///< combat_json, cuts_json; empty: none
  std::optional<RelaxedSummary> relaxed;    ///< once they are fitted
};
/// Throws ConfigError and InputError for values and files that cannot be used.
[[nodiscard]] PathInput path_input(const Options& options, const Cohort& cohort);

/// Points of the path in the order in which they are reported.
[[nodiscard]] std::vector<Index> report_order(const penalized::PathFit& path,
                                              const PathInput& input);

/// path.tsv and coefficients.tsv, rows in the order of the lambda file where there is one.
void write_path(const penalized::PathFit& path,
                const PathInput& input,
                const Covariates& covariates,
                const std::filesystem::path& folder);

/// What cross-validation adds to summary.json; points count from 1.
struct CvSummary {
  std::string loss;
  double horizon = std::numeric_limits<double>::quiet_NaN(); ///< of the loss brier
  std::uint64_t seed = 0;
  std::optional<double> lambda_min, lambda_1se;
  std::optional<Index> stopped_at;
  std::string undefined_because;
};

/// summary.json of both verbs.
void write_path_summary(const penalized::PathFit& path,
                        const PathInput& input,
                        const Cohort& cohort,
                        const std::optional<CvSummary>& cv,
                        const std::filesystem::path& folder);

/// Largest KKT violation of all points; 0 without points.
[[nodiscard]] double worst_kkt_violation(const penalized::PathFit& path);

} // namespace vigil::app
