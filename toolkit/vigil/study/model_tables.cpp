// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/model_tables.hpp"

#include "vigil/penalized/point_baseline.hpp"
#include "vigil/storage/table_file.hpp"

#include <limits>
#include <vector>

namespace vigil {

Record stored_record(const AnyModel& model, double largest_supported_horizon) {
  Record record = model.record();
  record.set("largest_supported_horizon", largest_supported_horizon);
  return record;
}

void write_model_tables(const Record& model, const std::filesystem::path& folder) {
  if (model.has("features") && model.has("coefficient")) {
    const auto& features = model.texts("features");
    const auto se = model.has("se") ? model.numbers("se")
                                    : std::vector<double>(features.size(),
                                                          std::numeric_limits<double>::quiet_NaN());
    std::vector<storage::TableColumn> columns{
        {"feature", features}, {"coefficient", model.numbers("coefficient")}, {"se", se}};
    if (model.has("robust_se")) {
      columns.push_back({"robust_se", model.numbers("robust_se")});
    }
    storage::write_table(folder / "coefficients.tsv", columns);
  }
  if (!model.has("baseline")) {
    return;
  }
  const auto& baseline = model.record("baseline");
  const double factor = penalized::raw_baseline_factor(
      model.numbers("coefficient"), model.record("preparation").numbers("shift"));
  std::vector<double> hazard = baseline.numbers("cumulative_hazard");
  for (double& value : hazard) {
    value *= factor;
  }
  const auto& level = baseline.counts("stratum");
  const auto& steps = baseline.counts("steps");
  std::vector<Index> stratum;
  for (std::size_t number = 0; number < level.size(); ++number) {
    stratum.insert(stratum.end(), at(steps[number]), level[number]);
  }
  const std::vector<storage::TableColumn> columns{
      {"stratum", stratum}, {"time", baseline.numbers("time")}, {"cumulative_hazard", hazard}};
  storage::write_table(folder / "baseline.tsv", columns);
}

namespace {

void write_hazard_tests(const FitDiagnostics& told, const std::filesystem::path& folder) {
  std::vector<std::string> feature, reasons;
  std::vector<double> chi_square, p;
  std::vector<Index> freedom;
  for (const HazardTest& row : told.proportional_hazards) {
    feature.push_back(row.feature);
    chi_square.push_back(row.chi_square);
    freedom.push_back(row.degrees_of_freedom);
    p.push_back(row.p);
    reasons.push_back(row.undefined_because);
  }
  const std::vector<storage::TableColumn> columns{{"feature", feature},
                                                  {"chi_square", chi_square},
                                                  {"degrees_of_freedom", freedom},
                                                  {"p", p},
                                                  {"undefined_because", reasons}};
  storage::write_table(folder / "proportional_hazards.tsv", columns);
}

} // namespace

void write_diagnostics(const FitDiagnostics& told, const std::filesystem::path& folder) {
  if (!told.proportional_hazards.empty()) {
    write_hazard_tests(told, folder);
    return;
  }
  std::vector<Index> trees;
  std::vector<double> concordance, se, bias, ranking;
  for (const auto& point : told.error) {
    trees.push_back(point.trees);
    concordance.push_back(point.concordance);
    se.push_back(point.se);
    bias.push_back(point.bias);
    ranking.push_back(point.ranking);
  }
  std::vector<storage::TableColumn> error{
      {"trees", trees}, {"oob_concordance", concordance}, {"se", se}, {"bias", bias}};
  if (told.ranked) {
    error.push_back({"ranking_error", ranking});
  }
  storage::write_table(folder / "error.tsv", error);
  write_importance(told, folder);
}

void write_importance(const FitDiagnostics& told, const std::filesystem::path& folder) {
  if (told.importance_kinds.empty()) {
    return;
  }
  std::vector<std::string> kind, feature;
  std::vector<double> importance, importance_se, p;
  for (const auto& row : told.importance) {
    kind.push_back(row.kind);
    feature.push_back(row.feature);
    importance.push_back(row.importance);
    importance_se.push_back(row.se);
    p.push_back(row.p);
  }
  const std::vector<storage::TableColumn> features{{"kind", kind},
                                                   {"feature", feature},
                                                   {"importance", importance},
                                                   {"se", importance_se},
                                                   {"p", p}};
  storage::write_table(folder / "importance.tsv", features);
}

} // namespace vigil
