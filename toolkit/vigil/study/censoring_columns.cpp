// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/censoring_columns.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/storage/clinical_columns.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace vigil {

namespace {

/// Appends a column; `place` gives the row of the block for each row of the table, empty: the same.
void append(std::span<const double> values,
            std::span<const Index> place,
            survival::CensoringCovariates& covariates) {
  ++covariates.columns;
  if (place.empty()) {
    covariates.value.insert(covariates.value.end(), values.begin(), values.end());
  }
  for (const Index row : place) {
    covariates.value.push_back(values[at(row)]);
  }
}

void expect_known(const MeasuredTable& measured,
                  const storage::DataFrame& table,
                  const std::string& name,
                  const survival::CensoringCovariates& covariates) {
  FaultList faults;
  const Index rows = table.rows();
  for (Index row = 0; row < rows; ++row) {
    const double value = covariates.value[at((covariates.columns - 1) * rows + row)];
    if (measured.weights[row] > 0.0 && !std::isfinite(value)) {
      faults.add(table.row_name(row) + ", column '" + name + "'", "nothing");
    }
  }
  faults.raise_if_any("cannot model censoring",
                      "a value in each row",
                      "fill the cells, leave the rows out, or name columns that are complete");
}

} // namespace

survival::CensoringCovariates censoring_columns(const MeasuredTable& measured,
                                                const storage::DataFrame& table,
                                                const Cohort* cohort,
                                                const storage::CohortRequest& request,
                                                std::vector<std::string>& notes) {
  ClinicalBlock own(table.rows());
  std::vector<Index> place;
  if (cohort == nullptr) {
    storage::add_clinical_columns(
        own,
        table,
        request,
        [](const std::string& name) { return FeatureInfo{.name = name}; },
        notes);
  } else {
    place = join_subjects(table, *cohort);
  }
  const ClinicalBlock& block = cohort == nullptr ? own : cohort->parts().clinical;
  survival::CensoringCovariates covariates;
  for (Index column = 0; column < block.columns(); ++column) {
    const std::string& source = block.info(column).source_column();
    if (std::find(request.clinical.begin(), request.clinical.end(), source) !=
        request.clinical.end()) {
      append(block.column(column), place, covariates);
      expect_known(measured, table, source, covariates);
    }
  }
  return covariates;
}

std::vector<std::string> censoring_column_names(const Options& options,
                                                const std::vector<std::string>& others) {
  constexpr std::string_view modelled = "cox:";
  const std::string by = options.text("censoring").value_or("marginal");
  if (by.rfind(modelled, 0) != 0) {
    std::vector<std::string> words = others;
    words.insert(words.begin(), "marginal");
    words.emplace_back("cox:COL");
    static_cast<void>(options.choice("censoring", words, "marginal"));
    return {};
  }
  auto names = split(by.substr(modelled.size()), ',');
  if (std::any_of(names.begin(), names.end(), [](const auto& name) { return name.empty(); }) ||
      names.empty() || names.front() == "COL") {
    options.refuse("censoring", "columns behind cox:, for example cox:age,stage");
  }
  return names;
}

std::string censoring_text(const std::vector<std::string>& names) {
  return names.empty() ? "marginal" : "cox:" + join(names, ",");
}

survival::CensoringCovariates censoring_columns(const Cohort& cohort,
                                                std::span<const std::string> names) {
  const ClinicalBlock& block = cohort.parts().clinical;
  const CaseWeights weights = cohort.weights();
  survival::CensoringCovariates covariates;
  FaultList faults;
  for (const std::string& name : names) {
    const Index before = covariates.columns;
    for (Index column = 0; column < block.columns(); ++column) {
      if (block.info(column).source_column() != name) {
        continue;
      }
      const auto values = block.column(column);
      append(values, {}, covariates);
      for (Index subject = 0; subject < cohort.subjects(); ++subject) {
        if (weights[subject] > 0.0 && !std::isfinite(values[at(subject)])) {
          faults.add(cohort.subject_ids()[at(subject)] + ", column '" + name + "'", "nothing");
        }
      }
    }
    if (covariates.columns == before) {
      throw ConfigError({.where = cohort.parts().file_name,
                         .found = "no clinical column " + vigil::quoted(name) +
                                  " with more than one level, named by censoring",
                         .expected = "columns of clinical",
                         .remedy =
                             "add it to clinical of [data]; features of a learner leave it out "
                             "of the model",
                         .problem = "cannot model censoring"});
    }
  }
  faults.raise_if_any("cannot model censoring",
                      "a value for each subject",
                      "fill the cells, leave the subjects out, or name columns that are complete");
  return covariates;
}

} // namespace vigil
