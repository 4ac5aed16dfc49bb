// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/category.hpp"
#include "vigil/cohort/training_data.hpp"
#include "vigil/learn/record.hpp"
#include "vigil/learn/subject_range.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil {

/// The inputs of a model in a cohort, which must stay.
///
/// levels: of each input; empty: a column of numbers, by its raw values. Of a category the number of the subject's level
/// among these, from 1, whatever the order of levels in the cohort; 0: a level that is none of them. No levels at all: all
/// are numbers. Throws InputError where the cohort lacks an input, or has numbers where levels are wanted.
///
/// checked by tests/unit/learn/input_values_test
class InputReader {
public:
  InputReader(const Covariates& covariates,
              std::span<const std::string> names,
              std::span<const std::vector<std::string>> levels);

  /// One input after another: inputs x subjects.count, NaN = missing. Of a streamed matrix all subjects are read.
  [[nodiscard]] std::vector<double> read(const SubjectRange& subjects, Scheduler& scheduler) const;

private:
  struct LeveledInput {
    std::size_t input;
    Category category;
    std::vector<double> number; ///< by level of the category, from 0 for missing
  };
  Covariates covariates_;
  std::size_t inputs_;
  std::vector<Index> columns_; ///< of the inputs that are numbers
  std::vector<LeveledInput> leveled_;
};

/// Those of all subjects.
[[nodiscard]] std::vector<double> input_values(const Covariates& covariates,
                                               std::span<const std::string> names,
                                               std::span<const std::vector<std::string>> levels,
                                               Scheduler& scheduler);

/// A model's levels as entries of its record: `levels`, how many each input has, and `level`, one input after another.
void set_input_levels(Record& record, std::span<const std::vector<std::string>> levels);
/// Of so many inputs; without these entries all are numbers. Throws InputError for a damaged record.
[[nodiscard]] std::vector<std::vector<std::string>> input_levels(const Record& record,
                                                                 std::size_t inputs);

} // namespace vigil
