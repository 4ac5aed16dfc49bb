// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/tree_loss.hpp"

#include <algorithm>

namespace vigil::forest {

TreeLoss::TreeLoss(const SurvivalRows& all, const HorizonRows* horizon)
    : all_(all), horizon_(horizon), pairs_(all) {}

// Leaves of one mortality share a rank.
void TreeLoss::take_ranks(const OutOfBagTree& seen) {
  levels_.clear();
  for (Index leaf = 0; leaf < seen.tree.leaves(); ++leaf) {
    levels_.push_back(votes_.mortality(leaf));
  }
  std::sort(levels_.begin(), levels_.end());
  levels_.erase(std::unique(levels_.begin(), levels_.end()), levels_.end());
  leaf_rank_.clear();
  for (Index leaf = 0; leaf < seen.tree.leaves(); ++leaf) {
    const auto found = std::lower_bound(levels_.begin(), levels_.end(), votes_.mortality(leaf));
    leaf_rank_.push_back(static_cast<std::uint32_t>(found - levels_.begin()));
  }
  rank_.clear();
  for (const std::uint32_t leaf : seen.leaf) {
    rank_.push_back(leaf_rank_[leaf]);
  }
}

bool TreeLoss::take(const OutOfBagTree& seen) {
  if (horizon_ == nullptr) {
    votes_.take(seen.tree, size_of(all_.event_time), {});
    take_ranks(seen);
    pairs_.take(seen.rows);
    twice_concordant_ = pairs_.twice_concordant(rank_, size_of(levels_));
    return pairs_.comparable() > 0;
  }
  votes_.take(seen.tree, size_of(all_.event_time), std::span(&horizon_->passed, 1));
  leaf_risk_.clear();
  for (Index leaf = 0; leaf < seen.tree.leaves(); ++leaf) {
    leaf_risk_.push_back(seen.tree.leaf_value.empty()
                             ? 1.0 - LeafVotes::real(votes_.last_survival(leaf))
                             : seen.tree.leaf_value[at(leaf)]);
  }
  row_.assign(seen.rows.begin(), seen.rows.end());
  leaf_.assign(seen.leaf.begin(), seen.leaf.end());
  weight_ = 0.0;
  for (const std::uint32_t row : row_) {
    weight_ += horizon_->weight[row];
  }
  return weight_ > 0.0;
}

double TreeLoss::square(std::uint32_t row, std::uint32_t leaf) const {
  const double error = horizon_->event[row] - leaf_risk_[leaf];
  return horizon_->weight[row] * error * error;
}

double TreeLoss::increase(std::span<const LeafChange> changes) {
  if (changes.empty()) {
    return 0.0;
  }
  if (horizon_ != nullptr) {
    double sum = 0.0;
    for (const LeafChange& change : changes) {
      const std::uint32_t row = row_[change.place];
      sum += square(row, change.leaf) - square(row, leaf_[change.place]);
    }
    return sum / weight_;
  }
  kept_.clear();
  for (const LeafChange& change : changes) {
    kept_.push_back(rank_[change.place]);
    rank_[change.place] = leaf_rank_[change.leaf];
  }
  const Index lost = twice_concordant_ - pairs_.twice_concordant(rank_, size_of(levels_));
  for (std::size_t number = 0; number < changes.size(); ++number) {
    rank_[changes[number].place] = kept_[number];
  }
  return static_cast<double>(lost) / static_cast<double>(2 * pairs_.comparable());
}

} // namespace vigil::forest
