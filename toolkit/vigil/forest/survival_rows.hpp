// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// The subjects of a fit in ascending order of time, so that every set of rows that keeps this order has its risk sets
/// without sorting. One entry per row, but for event_time.
///
/// order   by time, then by subject
/// checked by tests/unit/forest/survival_node_test
struct SurvivalRows {
  std::vector<Index> subject;
  std::vector<std::uint32_t> copies; ///< times drawn
  std::vector<double> sampling;      ///< weight of each copy
  std::vector<std::uint32_t>
      moment; ///< 2 x number of the row's time among the distinct ones, and 1 with an event
  std::vector<std::uint32_t> passed; ///< event times up to and including the row's time
  std::vector<std::uint32_t> entered =
      {}; ///< event times up to and including its entry; empty: all from 0
  std::vector<std::uint32_t> stratum = {}; ///< from 0 in the order of labels; empty: one for all
  std::uint32_t strata = 1;                ///< how many
  std::vector<double> event_time = {};     ///< distinct, ascending
  std::vector<std::uint8_t> cause =
      {}; ///< of competing risks: from 1, 0 without an event; empty: one kind of event
  std::uint32_t causes = 1, of_interest = 1; ///< how many, and which one is predicted
  std::vector<double> event_weight =
      {}; ///< what an event counts in splits (ComparedRows); empty: 1
  std::vector<double> value =
      {}; ///< an outcome that is no time, from 0 to 1 (value_rows); empty: times
  bool equal_sampling = true; ///< every copy weighs the same

  [[nodiscard]] Index rows() const noexcept { return size_of(subject); }
  [[nodiscard]] bool has_causes() const noexcept { return !cause.empty(); }
  /// Whether a row has the event that is predicted.
  [[nodiscard]] bool has_event(std::size_t row) const {
    return has_causes() ? cause[row] == of_interest : (moment[row] & 1U) != 0;
  }
};

/// The subjects of positive weight. stratum: a label by subject, empty: one for all. A subject is at risk after its entry,
/// at its time still.
[[nodiscard]] SurvivalRows survival_rows(const SurvivalOutcome& outcome,
                                         const CaseWeights& weights,
                                         std::span<const Index> stratum = {});

} // namespace vigil::forest
