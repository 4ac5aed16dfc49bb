// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/learner.hpp"
#include "vigil/learn/model_checks.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::penalized {

/// The columns that a linear model reads: their names, how raw values become prepared ones, and the range of
/// raw values seen in training ([0.5 %, 99.5 %] weighted quantiles).
class ModelInputs {
public:
  ModelInputs() = default;
  /// `columns`: numbers in the training data; `preparation`: of all columns of the training data. The ranges are NaN
  /// until set.
  ModelInputs(const Covariates& covariates,
              std::vector<Index> columns,
              const Preparation& preparation);

  [[nodiscard]] Index size() const noexcept { return size_of(names_); }
  [[nodiscard]] std::span<const std::string> names() const noexcept { return names_; }
  /// Numbers in the training data.
  [[nodiscard]] std::span<const Index> columns() const noexcept { return columns_; }
  [[nodiscard]] const Preparation& preparation() const noexcept { return preparation_; }

  /// Prepared values of these columns in any cohort, found by name: size() x subjects. Throws InputError.
  [[nodiscard]] std::vector<double> read(const Covariates& covariates, Scheduler& scheduler) const;
  /// Takes the training ranges, and what fills missing values, from the raw values of these columns: size() x subjects.
  void set_range(std::span<const double> raw, const CaseWeights& weights);
  /// set_range of the values, which are then prepared in their place: size() x subjects.
  void take_training(std::span<double> values, const CaseWeights& weights);
  [[nodiscard]] std::span<const double> lower() const noexcept { return lower_; }
  [[nodiscard]] std::span<const double> upper() const noexcept { return upper_; }

  void write(Record& record) const;
  [[nodiscard]] static ModelInputs from_record(const Record& record);

private:
  std::vector<std::string> names_;
  std::vector<Index> columns_;
  Preparation preparation_{{}};
  std::vector<double> lower_, upper_;
};

/// NaN everywhere: the prediction of a model that could not be fitted.
[[nodiscard]] Prediction undefined_prediction(Index subjects, const PredictionRequest& request);

} // namespace vigil::penalized
