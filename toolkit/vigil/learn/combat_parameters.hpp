// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/combat.hpp"
#include "vigil/learn/preparation.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil {

/// What Combat keeps of training.
struct Combat::Parameters {
  CombatOptions options = {};
  std::vector<std::string> batch = {};     ///< that are known
  std::vector<std::string> covariate = {}; ///< columns
  Preparation covariate_rule{{}};          ///< of these
  std::vector<std::string> marker = {};
  std::vector<double> centre = {}; ///< a of each marker
  std::vector<double> scale = {};  ///< s; NaN: the marker stays as it is
  std::vector<double> effect = {}; ///< b, markers x covariates
  std::vector<double> shift = {};  ///< g*, markers x batches
  std::vector<double> spread = {}; ///< root of d*, markers x batches

  [[nodiscard]] Index markers() const noexcept { return size_of(marker); }
  [[nodiscard]] Index covariates() const noexcept { return size_of(covariate); }
  [[nodiscard]] Index batches() const noexcept { return size_of(batch); }
  [[nodiscard]] std::span<const double> effects(Index marker_number) const noexcept {
    return std::span(effect).subspan(at(marker_number * covariates()), at(covariates()));
  }
};

/// Columns that a list of covariates means: a name is a clinical column's, or that of the texts that indicators were made
/// from. Throws ConfigError for another name.
[[nodiscard]] std::vector<Index> combat_covariates(const Covariates& covariates,
                                                   std::span<const std::string> names);

/// Columns that are markers, ascending.
[[nodiscard]] std::vector<Index> marker_columns_of(const Covariates& covariates);

} // namespace vigil
