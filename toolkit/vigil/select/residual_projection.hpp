// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/training_data.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::select {

/// Takes out of a column what some other columns explain linearly:  x - Q Q'x,  Q an orthonormal basis of these.
///
/// basis   by Gram and Schmidt, each column twice; one of which less than 1e-9 of its length is left depends on those
///         before it and adds nothing
/// cost    4 rows rank flops for each column
/// source  Golub, Van Loan 2013, Matrix Computations, section 5.2; checked by tests/unit/select/residual_projection_test
class ResidualProjection {
public:
  explicit ResidualProjection(Index rows) : rows_(rows) {}

  [[nodiscard]] Index rows() const noexcept { return rows_; }
  [[nodiscard]] Index rank() const noexcept { return rank_; }
  /// Rows less rank: what is left to estimate variances from.
  [[nodiscard]] Index degrees_of_freedom() const noexcept { return rows_ - rank_; }
  void add(std::span<const double> column);
  /// Replaces a column by its residual.
  void remove_from(std::span<double> column) const;

private:
  Index rows_, rank_ = 0;
  std::vector<double> basis_; ///< rank_ columns
};

/// Columns of the training data that are not penalized, ascending.
[[nodiscard]] std::vector<Index> unpenalized_columns(const Covariates& covariates);

/// The projection on what a feature is compared within: a constant, the centres, the strata, the offset, and the columns
/// that are not penalized (missing values filled by the preparation). Rows: the subjects of positive weight, ascending,
/// each once.
[[nodiscard]] ResidualProjection adjusted_projection(const TrainingData& data,
                                                     const CaseWeights& within,
                                                     const std::string& impute,
                                                     Scheduler& scheduler);

} // namespace vigil::select
