// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/training_data.hpp"

#include <memory>
#include <span>
#include <vector>

namespace vigil {

struct FitContext;

/// The columns of one training set, where their values depend on who trains.
class OwnColumns {
public:
  OwnColumns() = default;
  OwnColumns(const OwnColumns&) = delete;
  OwnColumns& operator=(const OwnColumns&) = delete;
  OwnColumns(OwnColumns&&) = delete;
  OwnColumns& operator=(OwnColumns&&) = delete;
  virtual ~OwnColumns() = default;

  /// Of all subjects; refers to this object.
  [[nodiscard]] virtual TrainingData data() const noexcept = 0;
};

/// Makes the columns of training sets anew: for inner folds and other parts of a training set, so that nothing in them knows
/// of the rows that are held out.
class TrainingColumns {
public:
  TrainingColumns() = default;
  TrainingColumns(const TrainingColumns&) = delete;
  TrainingColumns& operator=(const TrainingColumns&) = delete;
  TrainingColumns(TrainingColumns&&) = delete;
  TrainingColumns& operator=(TrainingColumns&&) = delete;
  virtual ~TrainingColumns() = default;

  /// Of each training set, fitted in its rows alone; all are held at the same time. within: whose values are wanted, the
  /// training rows and those that are held out; values of others may be anything, and are not read.
  [[nodiscard]] virtual std::vector<std::unique_ptr<const OwnColumns>>
  fit_all(std::span<const CaseWeights> training,
          const CaseWeights& within,
          const FitContext& context) const = 0;
};

} // namespace vigil
