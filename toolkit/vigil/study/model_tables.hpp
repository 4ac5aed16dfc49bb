// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/any_learner.hpp"
#include "vigil/learn/record.hpp"

#include <filesystem>

namespace vigil {

/// A model as it is kept: its record, with the largest horizon that the follow-up of its subjects supports (R01).
[[nodiscard]] Record stored_record(const AnyModel& model, double largest_supported_horizon);

/// coefficients.tsv (feature, coefficient, se; robust_se where the model has it) and baseline.tsv (stratum, time, cumulative_hazard) of a linear model,
/// both for raw values: risk(t | x) = 1 - exp(-cumulative_hazard(t) exp(x'coefficient)). Nothing for other models.
void write_model_tables(const Record& model, const std::filesystem::path& folder);

/// Of a Cox model proportional_hazards.tsv (feature, chi_square, degrees_of_freedom, p, undefined_because). Of a forest
/// error.tsv (trees, oob_concordance, se, bias; ranking_error where an importance is ranked) and, where importance was
/// asked for, importance.tsv (kind, feature, importance, se, p).
void write_diagnostics(const FitDiagnostics& told, const std::filesystem::path& folder);
/// importance.tsv alone, where importance was asked for.
void write_importance(const FitDiagnostics& told, const std::filesystem::path& folder);

} // namespace vigil
