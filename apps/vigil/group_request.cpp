// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/group_request.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/learn/preparation.hpp"
#include "vigil/storage/table_file.hpp"

#include <map>
#include <string>
#include <vector>

namespace vigil::app {

namespace {

// The two parts are then equal for a group whose members have equal coefficients.
constexpr double usual_share = 0.5;

std::vector<Index> groups_of_columns(const std::string& name, const Cohort& cohort) {
  const auto table = storage::read_table(name, {.by_line = true}); // a feature may be there twice
  const auto features = table.texts("feature"), groups = table.texts("group");
  const auto covariates = cohort.covariates();
  const auto columns = find_columns(covariates, features);
  std::vector<Index> result(at(covariates.columns()), no_index);
  std::map<std::string, Index> number;
  FaultList unnamed, twice;
  for (std::size_t row = 0; row < columns.size(); ++row) {
    const std::string where = "feature " + vigil::quoted(features[row]);
    if (groups[row].empty()) {
      unnamed.add(where, "no group");
      continue;
    }
    const Index group = number.try_emplace(groups[row], size_of(number)).first->second;
    Index& own = result[at(columns[row])];
    if (own != no_index) {
      twice.add(where, own == group ? "twice in " + vigil::quoted(groups[row]) : "in two groups");
    }
    own = group;
  }
  unnamed.raise_if_any("cannot form the groups of " + name,
                       "the name of a group for each listed feature",
                       "fill in the name, or leave the feature out: it then has the lasso's term");
  twice.raise_if_any("cannot form the groups of " + name,
                     "each feature in one group",
                     "keep one row for each feature; groups do not overlap");
  return result;
}

} // namespace

void read_groups(const Options& options,
                 const std::string& name,
                 const Cohort& cohort,
                 penalized::PenaltyOptions& penalty) {
  const bool sparse = name == "sparse-group", grouped = sparse || name == "group";
  if (options.has("within_group_share") && !sparse) {
    options.refuse("within_group_share", "--penalty sparse-group", "drop --within-group-share");
  }
  const auto file = options.text("groups");
  if (file && !grouped) {
    options.refuse("groups", "--penalty group or sparse-group", "add --penalty group");
  }
  if (!grouped) {
    return;
  }
  if (!file) {
    options.refuse("penalty", name + " with --groups FILE", "name a table: feature, group");
  }
  if (sparse) {
    penalty.within_group_share = options.number("within_group_share").value_or(usual_share);
    if (!(penalty.within_group_share >= 0.0 && penalty.within_group_share < 1.0)) {
      options.refuse("within_group_share",
                     "a number from 0 (whole groups) to below 1",
                     "for 1, the lasso, drop --penalty");
    }
  }
  if (penalty.l1_ratio == 0.0) {
    options.refuse("l1_ratio", "a number above 0 with --penalty " + name, "ridge has no groups");
  }
  penalty.group = groups_of_columns(*file, cohort);
}

} // namespace vigil::app
