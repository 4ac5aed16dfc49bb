// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/clinical_block.hpp"
#include "vigil/storage/cohort_reader.hpp"
#include "vigil/storage/data_frame.hpp"

#include <functional>
#include <string>
#include <vector>

namespace vigil::storage {

/// Labels of right-closed classes between the cuts: cuts 20, 50 give `<=20`, `20-50`, `>50`.
/// Throws ConfigError when the cuts do not ascend.
[[nodiscard]] std::vector<std::string> class_labels(const std::string& column,
                                                    const std::vector<double>& cuts);

/// The class of each value by these labels; missing stays empty.
[[nodiscard]] std::vector<std::string> classes_of(const std::vector<double>& values,
                                                  const std::vector<double>& cuts,
                                                  const std::vector<std::string>& labels);

/// Adds the clinical columns that the request names: numbers as they are, text and categories as indicators of
/// every level but the first. Levels: as asked, else the order of the categories (those that occur), else
/// sorted; they are said in `notes`. Throws InputError for text in a column of numbers, more than 50 levels, and
/// infinite values. `info` describes a column by its name.
void add_clinical_columns(ClinicalBlock& block,
                          const DataFrame& frame,
                          const CohortRequest& request,
                          const std::function<FeatureInfo(const std::string&)>& info,
                          std::vector<std::string>& notes);

/// Throws InputError naming the infinite cells of a column.
void expect_finite(const DataFrame& frame,
                   const std::string& column,
                   const std::vector<double>& values);

} // namespace vigil::storage
