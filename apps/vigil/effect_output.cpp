// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "apps/vigil/effect_output.hpp"

#include "vigil/base/text.hpp"
#include "vigil/report/write_file.hpp"
#include "vigil/storage/table_file.hpp"
#include "vigil/version.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace vigil::app {

namespace {

using nlohmann::ordered_json;
using storage::TableColumn;

/// A column of one member of every row.
template <class Row, class Take>
auto column_of(const std::vector<Row>& rows, const Take& take) {
  std::vector<decltype(take(rows.front()))> values;
  values.reserve(rows.size());
  for (const Row& row : rows) {
    values.push_back(take(row));
  }
  return values;
}

void write_rows(const std::vector<triage::EffectRow>& rows, const std::filesystem::path& folder) {
  using Row = triage::EffectRow;
  const auto numbers = [&](const char* name, double Row::*member) {
    return TableColumn{name, column_of(rows, [member](const Row& row) { return row.*member; })};
  };
  const std::vector<TableColumn> columns{
      {"estimator", column_of(rows, [](const Row& row) { return row.estimator; })},
      {"quantity", column_of(rows, [](const Row& row) { return row.quantity; })},
      numbers("horizon", &Row::horizon),
      numbers("estimate", &Row::estimate),
      numbers("se", &Row::se),
      numbers("lower", &Row::lower),
      numbers("upper", &Row::upper),
      numbers("p", &Row::p),
      numbers("e_value", &Row::e_value),
      numbers("e_value_limit", &Row::e_value_limit)};
  storage::write_table(folder / "effect.tsv", columns);
}

void write_overlap(const triage::TreatmentOverlap& overlap, const std::filesystem::path& folder) {
  using triage::ArmOverlap, triage::Balance, triage::CentreArms;
  const std::vector<ArmOverlap> arms(overlap.arms.begin(), overlap.arms.end());
  const auto name = [](const ArmOverlap& arm) {
    return std::string(arm.treated ? "treated" : "untreated");
  };
  const auto count = [](Index subjects) { return static_cast<double>(subjects); };
  const std::vector<TableColumn> by_arm{
      {"arm", column_of(arms, name)},
      {"subjects", column_of(arms, [&](const ArmOverlap& arm) { return count(arm.subjects); })},
      {"smallest_e", column_of(arms, [](const ArmOverlap& arm) { return arm.smallest_e; })},
      {"largest_e", column_of(arms, [](const ArmOverlap& arm) { return arm.largest_e; })},
      {"effective_subjects",
       column_of(arms, [](const ArmOverlap& arm) { return arm.effective_subjects; })},
      {"largest_weight",
       column_of(arms, [](const ArmOverlap& arm) { return arm.largest_weight; })}};
  storage::write_table(folder / "overlap.tsv", by_arm);
  const auto& rows = overlap.balance;
  const std::vector<TableColumn> balance{
      {"column", column_of(rows, [](const Balance& row) { return row.column; })},
      {"difference", column_of(rows, [](const Balance& row) { return row.difference; })},
      {"weighted_difference",
       column_of(rows, [](const Balance& row) { return row.weighted_difference; })}};
  storage::write_table(folder / "balance.tsv", balance);
  if (overlap.centres.empty()) {
    return;
  }
  const auto& centres = overlap.centres;
  const auto both = [](const CentreArms& row) {
    return std::string(row.treated == 0     ? "nobody treated"
                       : row.untreated == 0 ? "everybody treated"
                                            : "both");
  };
  const std::vector<TableColumn> by_centre{
      {"centre", column_of(centres, [](const CentreArms& row) { return row.centre; })},
      {"untreated",
       column_of(centres, [&](const CentreArms& row) { return count(row.untreated); })},
      {"treated", column_of(centres, [&](const CentreArms& row) { return count(row.treated); })},
      {"arms", column_of(centres, both)}};
  storage::write_table(folder / "centres.tsv", by_centre);
}

std::string interval_text(const triage::EffectRow& row) {
  return fixed_text(row.estimate, 3) + " (" + fixed_text(row.lower, 3) + " to " +
         fixed_text(row.upper, 3) + ")";
}

} // namespace

void write_effect(const EffectResult& result,
                  const EffectWords& words,
                  const triage::TreatedCohort& treated,
                  const Cohort& cohort,
                  const std::filesystem::path& folder) {
  write_rows(result.rows, folder);
  write_overlap(result.overlap, folder);
  ordered_json out;
  out["intended_use"] = intended_use;
  out["assumes"] = effect_assumptions;
  out["vigil"] = version;
  out["file"] = cohort.parts().file_name;
  out["sha256"] = cohort.provenance().file_digest;
  out["subjects"] = cohort.subjects();
  out["events"] = cohort.events();
  out["treatment"] = words.treatment;
  out["treated_level"] = words.treated_level;
  out["target"] = words.target;
  out["treat_if"] = words.treat_if.empty() ? ordered_json(nullptr) : ordered_json(words.treat_if);
  out["level"] = words.level;
  out["outcome_model"] = treated.risk.name;
  out["propensity"] = treated.propensity.name;
  out["censoring"] = words.censoring;
  out["censoring_columns"] = treated.censoring.name;
  out["ties"] = words.ties;
  out["cross_fit"] = words.cross_fit == 0 ? ordered_json(nullptr) : ordered_json(words.cross_fit);
  out["share_between_0.1_and_0.9"] = result.overlap.share_between;
  out["warnings"] = result.warnings;
  report::write_file(folder / "summary.json", out.dump(2) + "\n");
}

void say_effect(const EffectResult& result, const EffectWords& words, Session& session) {
  auto& log = session.log();
  const auto& [untreated, treated] = result.overlap.arms;
  log.say("treatment " + words.treatment + "  " + count_text(treated.subjects) + " treated (" +
          words.treated_level + "), " + count_text(untreated.subjects) + " untreated");
  log.say("overlap   probability of treatment " +
          fixed_text(std::min(untreated.smallest_e, treated.smallest_e), 3) + " to " +
          fixed_text(std::max(untreated.largest_e, treated.largest_e), 3) +
          "; effective subjects " + fixed_text(treated.effective_subjects, 1) + " treated, " +
          fixed_text(untreated.effective_subjects, 1) + " untreated");
  log.say("target    " + words.target);
  for (const auto& row : result.rows) {
    if (row.quantity == "risk_difference" || row.quantity.starts_with("rule")) {
      log.say("effect    " + row.quantity + " by " + number_text(row.horizon) + ", " +
              row.estimator + "  " + interval_text(row));
    } else if (row.quantity == "risk_ratio" && std::isfinite(row.e_value)) {
      log.say("          risk_ratio " + interval_text(row) + ", E-value " +
              fixed_text(row.e_value, 2) + ", of its limit " + fixed_text(row.e_value_limit, 2));
    }
  }
  for (const auto& warning : result.warnings) {
    log.say("warning   " + warning);
  }
  log.say("assumes   " + std::string(effect_assumptions));
  log.say(std::string("use       ") + intended_use);
}

} // namespace vigil::app
