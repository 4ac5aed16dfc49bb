// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_passports.hpp"

#include "vigil/select/feature_passport.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

namespace vigil {

namespace {

using ColumnOf = std::map<std::string_view, Index>;

/// Penalized columns of these names; the first of equal ones.
ColumnOf penalized_columns(const Covariates& covariates, const std::set<std::string_view>& wanted) {
  ColumnOf columns;
  for (Index column = 0; column < covariates.columns(); ++column) {
    const FeatureInfo& info = covariates.info(column);
    if (info.penalized && wanted.count(info.name) > 0) {
      columns.try_emplace(info.name, column);
    }
  }
  return columns;
}

bool is_survival(const Cohort& cohort) {
  return cohort.has_outcome() && std::holds_alternative<SurvivalOutcome>(*cohort.parts().outcome);
}

/// The selected features that get a passport, by learner and falling frequency.
std::vector<report::SelectedFeatureRow> chosen_rows(const report::Report& report,
                                                    const ColumnOf& columns) {
  std::vector<report::SelectedFeatureRow> rows;
  std::map<std::string, Index> taken;
  for (const auto& row : report.selected_features) {
    const bool held = row.frequency >= 0.5 || (row.coefficient == row.coefficient);
    if (held && columns.count(row.feature) > 0 && taken[row.learner] < most_passports) {
      ++taken[row.learner];
      rows.push_back(row);
    }
  }
  return rows;
}

report::PassportRow row_of(const report::SelectedFeatureRow& selected,
                           const select::FeaturePassport& passport) {
  const CentrePooling& pooled = passport.centres.pooled;
  report::PassportRow row{.learner = selected.learner,
                          .feature = selected.feature,
                          .known_at = selected.known_at,
                          .frequency = selected.frequency,
                          .coefficient = selected.coefficient,
                          .z = passport.z};
  row.centres = pooled.centres;
  row.same_sign = passport.centres.same_sign;
  row.mu = pooled.mu;
  row.lower = pooled.lower;
  row.upper = pooled.upper;
  row.tau2 = pooled.tau2;
  row.i2 = pooled.i2;
  row.q_p = passport.centres.q_p;
  row.centre_share = passport.between.share;
  row.centre_p = passport.between.p;
  row.undefined_because = passport.undefined_because;
  if (!passport.centres.undefined_because.empty()) {
    row.undefined_because += (row.undefined_because.empty() ? "" : "; ") +
                             std::string("centres: ") + passport.centres.undefined_because;
  }
  return row;
}

/// One row for each feature in one external cohort.
void add_replication(const NamedCohort& external,
                     const std::vector<std::string>& features,
                     const std::vector<select::FeaturePassport>& passports,
                     FitContext& context,
                     report::Report& report) {
  const Cohort& cohort = external.cohort;
  std::vector<select::Replication> found(features.size());
  if (is_survival(cohort)) {
    const auto columns = penalized_columns(cohort.covariates(), {features.begin(), features.end()});
    std::vector<Index> listed;
    for (const auto& feature : features) {
      const auto place = columns.find(feature);
      listed.push_back(place == columns.end() ? no_index : place->second);
    }
    found = select::replications(cohort.data(), cohort.weights(), listed, context);
  } else {
    std::fill(found.begin(),
              found.end(),
              select::Replication{.undefined_because = "no time to one event"});
  }
  for (std::size_t place = 0; place < features.size(); ++place) {
    report::ReplicationRow row{.feature = features[place],
                               .cohort = external.id,
                               .subjects = cohort.subjects(),
                               .events = cohort.has_outcome() ? cohort.events() : 0};
    row.estimate = found[place].estimate * passports[place].spread;
    row.z = found[place].z;
    row.p = found[place].p;
    if (std::isfinite(row.z) && std::isfinite(passports[place].z)) {
      row.same_sign = row.z * passports[place].z > 0.0 ? "yes" : "no";
    }
    row.undefined_because = found[place].undefined_because;
    report.replication.push_back(std::move(row));
  }
}

} // namespace

void add_passports(const Cohort& cohort,
                   std::span<const NamedCohort> externals,
                   FitContext& context,
                   report::Report& report) {
  if (!is_survival(cohort)) {
    return;
  }
  std::set<std::string_view> wanted;
  for (const auto& row : report.selected_features) {
    wanted.insert(row.feature);
  }
  const auto columns = penalized_columns(cohort.covariates(), wanted);
  const auto rows = chosen_rows(report, columns);
  std::vector<std::string> features; // each once, in the order of its first row
  std::vector<Index> listed;
  std::map<std::string, std::size_t> place_of;
  for (const auto& row : rows) {
    if (place_of.try_emplace(row.feature, features.size()).second) {
      features.push_back(row.feature);
      listed.push_back(columns.at(row.feature));
    }
  }
  if (features.empty()) {
    return;
  }
  const auto passports =
      select::feature_passports(cohort.data(), cohort.weights(), listed, context);
  for (const auto& row : rows) {
    report.passport.push_back(row_of(row, passports[place_of.at(row.feature)]));
  }
  for (const auto& external : externals) {
    add_replication(external, features, passports, context, report);
  }
}

} // namespace vigil
