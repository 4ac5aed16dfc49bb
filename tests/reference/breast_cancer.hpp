// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/survival/cox_fit.hpp"
#include "vigil/survival/cox_likelihood.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace vigil::test {

/// A cohort of datasets/rotterdam_gbsg, as the two published analyses use it.
struct BreastCancer {
  std::vector<double> time, event; ///< recurrence-free survival, days
  std::vector<double> age, meno, size_20_50, size_above_50, grade, nodes, er, hormon;

  [[nodiscard]] Index subjects() const { return size_of(time); }
  [[nodiscard]] double events() const;
};

/// name: "rotterdam" or "gbsg". node_positive: only those with positive nodes. Follow-up is cut at `days`.
[[nodiscard]] BreastCancer
read_breast_cancer(std::string_view name, bool node_positive, double days);

/// Covariates of subjects x k, column after column.
using Design = std::vector<std::vector<double>>;
[[nodiscard]] std::vector<double> flat(const Design& design);
/// The covariates of one subject.
[[nodiscard]] std::vector<double> row_of(const Design& design, Index subject);

/// A Cox model and the likelihood that it maximises.
struct CoxAnalysis {
  std::vector<double> columns;
  survival::CoxLikelihood likelihood;
  survival::CoxFit fit;

  CoxAnalysis(const BreastCancer& cohort,
              const Design& design,
              survival::Ties ties,
              const survival::CoxFitOptions& options = {});
};

/// x'b of every subject.
[[nodiscard]] std::vector<double> linear_predictor(const Design& design,
                                                   std::span<const double> coefficient);

} // namespace vigil::test
