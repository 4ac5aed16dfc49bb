// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/learn/learner.hpp"

#include <span>
#include <vector>

namespace vigil::penalized {

/// Columns that a preparation keeps, ascending.
[[nodiscard]] std::vector<Index> kept_columns(const Preparation& preparation);

/// Raw values of every column that some fit of a batch reads, read once.
class RawInputs {
public:
  void want(std::span<const Index> columns);
  void read(const Covariates& covariates, Scheduler& scheduler);
  /// Of some of the columns that were wanted: columns x subjects.
  [[nodiscard]] std::vector<double> select(std::span<const Index> columns, Index subjects) const;

private:
  std::vector<Index> listed_;
  std::vector<double> values_;
};

} // namespace vigil::penalized
