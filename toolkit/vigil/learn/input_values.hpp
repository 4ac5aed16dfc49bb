// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/training_data.hpp"
#include "vigil/learn/record.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil {

/// Values of a model's inputs in a cohort, one input after another: names.size() x subjects, NaN = missing.
///
/// levels: of each input; empty: a column of numbers, by its raw values. Of a category the number of the subject's level
/// among these, from 1, whatever the order of levels in the cohort; 0: a level that is none of them. No levels at all: all
/// are numbers. Throws InputError where the cohort lacks an input, or has numbers where levels are wanted.
///
/// checked by tests/unit/learn/input_values_test
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
