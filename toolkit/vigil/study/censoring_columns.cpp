// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/censoring_columns.hpp"

#include "vigil/base/error.hpp"
#include "vigil/storage/clinical_columns.hpp"

#include <algorithm>
#include <cmath>

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

} // namespace vigil
