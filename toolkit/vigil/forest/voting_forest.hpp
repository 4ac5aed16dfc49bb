// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/forest_trees.hpp"
#include "vigil/forest/value_rows.hpp"
#include "vigil/forest/votes.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vigil::forest {

/// A forest of any outcome as its trees and what their leaves say. The forest must stay.
class VotingForest {
public:
  /// scale: of the score; that of a forest of times is its own.
  VotingForest(FitStatus status,
               const ForestTrees& trees,
               std::span<const double> event_times,
               double last_time,
               const ValueScale& scale)
      : status_(status), trees_(&trees), event_times_(event_times), last_time_(last_time),
        scale_(scale) {}

  [[nodiscard]] FitStatus status() const noexcept { return status_; }
  [[nodiscard]] std::span<const Tree> trees() const noexcept { return trees_->trees; }
  [[nodiscard]] std::span<const Index> cut_columns() const noexcept { return trees_->columns; }
  [[nodiscard]] std::span<const std::string> cut_names() const noexcept { return trees_->names; }
  [[nodiscard]] std::span<const std::vector<std::string>> cut_levels() const noexcept {
    return trees_->levels;
  }
  [[nodiscard]] const GrownFrom& grown() const noexcept { return trees_->grown; }
  [[nodiscard]] std::span<const double> event_times() const noexcept { return event_times_; }
  /// Of observation in training: risks later than it are NaN.
  [[nodiscard]] double last_time() const noexcept { return last_time_; }
  [[nodiscard]] CutColumns read_columns(const Covariates& covariates, Scheduler& scheduler) const {
    return trees_->read_columns(covariates, scheduler);
  }
  /// What all trees say of subjects that come one after another. passed: as of LeafVotes.
  [[nodiscard]] Votes votes_of(const CutColumns& columns,
                               std::span<const Index> passed,
                               Index first,
                               Index count) const;
  /// The score that so many trees say with this sum of votes; NaN without a tree.
  [[nodiscard]] double score(std::int64_t votes, Index trees) const {
    return scale_.real(voted_mortality(votes, trees));
  }

private:
  FitStatus status_;
  const ForestTrees* trees_;
  std::span<const double> event_times_;
  double last_time_;
  ValueScale scale_;
};

} // namespace vigil::forest
