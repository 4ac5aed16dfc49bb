// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/outcome.hpp"
#include "vigil/forest/compared_rows.hpp"
#include "vigil/learn/record.hpp"

#include <string>
#include <vector>

namespace vigil::forest {

/// The competing risks of a forest.
struct ForestCauses {
  std::vector<std::string> names = {}; ///< empty: one kind of event
  Index of_interest = 1;
  CompetingRule rule = CompetingRule::cause_specific;
  std::vector<double> weights = {}; ///< of composite

  /// Of the one of interest; not with one kind of event.
  [[nodiscard]] const std::string& name() const { return names[at(of_interest - 1)]; }
  [[nodiscard]] static ForestCauses
  of(const CompetingRisksOutcome& outcome, Index of_interest, const CauseOptions& options);
  /// Nothing with one kind of event.
  void write(Record& record) const;
  /// Throws InputError for what a forest does not write.
  [[nodiscard]] static ForestCauses read(const Record& record);
};

} // namespace vigil::forest
