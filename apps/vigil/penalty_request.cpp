// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/penalty_request.hpp"

#include "vigil/base/text.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/storage/table_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace vigil::app {

namespace {

constexpr std::array<std::string_view, 7> own_options{
    "penalty", "gamma", "groups", "within-group-share", "lower", "upper", "relax"};

/// side: -1 for lower limits, 1 for upper ones.
std::vector<double> read_limits(const Options& options,
                                const std::string& key,
                                double side,
                                const Cohort& cohort,
                                const std::vector<double>& factor) {
  const auto text = options.text(key);
  if (!text) {
    return {};
  }
  const auto covariates = cohort.covariates();
  std::vector<double> limits(at(covariates.columns()),
                             side * std::numeric_limits<double>::infinity());
  if (const auto number = parse_number(*text)) {
    if (!(side * *number >= 0.0)) {
      options.refuse(key,
                     std::string(side < 0.0 ? "0 or less" : "0 or more") +
                         ": coefficients start at 0; or a table: feature, " + key,
                     "use 0 to hold coefficients on one side");
    }
    for (Index column = 0; column < covariates.columns(); ++column) {
      const bool penalized =
          factor.empty() ? covariates.info(column).penalized : factor[at(column)] > 0.0;
      if (penalized) {
        limits[at(column)] = *number;
      }
    }
    return limits;
  }
  const auto table = storage::read_table(*text);
  const auto values = table.numbers(key);
  const auto columns = find_columns(covariates, table.index());
  for (std::size_t row = 0; row < columns.size(); ++row) {
    limits[at(columns[row])] = values[row];
  }
  return limits;
}

} // namespace

bool is_penalty_option(std::string_view name) noexcept {
  return std::find(own_options.begin(), own_options.end(), name) != own_options.end();
}

std::string
read_penalty(const Options& options, const Cohort& cohort, penalized::PenaltyOptions& penalty) {
  std::string name =
      options.choice("penalty",
                     {"elastic-net", "mcp", "scad", "adaptive", "group", "sparse-group"},
                     "elastic-net");
  penalty.kind = penalized::parse_penalty_kind(name).value_or(penalized::PenaltyKind::elastic_net);
  if (const auto gamma = options.number("gamma")) {
    if (penalty.kind == penalized::PenaltyKind::elastic_net) {
      options.refuse("gamma", "no gamma for an elastic net", "add --penalty mcp or --penalty scad");
    }
    const double bound = penalized::gamma_bound(penalty.kind);
    if (!(*gamma > bound && std::isfinite(*gamma))) {
      options.refuse("gamma",
                     "a finite number above " + number_text(bound) + " for " + name,
                     "the default is " + number_text(penalized::default_gamma(penalty.kind)));
    }
    penalty.gamma = *gamma;
  }
  penalty.lower = read_limits(options, "lower", -1.0, cohort, penalty.factor);
  penalty.upper = read_limits(options, "upper", 1.0, cohort, penalty.factor);
  return name;
}

} // namespace vigil::app
