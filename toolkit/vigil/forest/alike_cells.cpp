// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/alike_cells.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::forest {

namespace {

std::int64_t product(std::span<const std::int32_t> left, std::span<const std::int32_t> right) {
  std::int64_t sum = 0;
  for (std::size_t row = 0; row < left.size(); ++row) {
    sum += std::int64_t{left[row]} * right[row];
  }
  return sum;
}

} // namespace

std::vector<std::int32_t> centred_ranks(std::span<const std::uint16_t> ranks, Index highest) {
  std::vector<std::int32_t> count(at(highest + 1), 0), centred(at(highest + 1), 0);
  for (const std::uint16_t rank : ranks) {
    ++count[rank];
  }
  const auto present = static_cast<std::int32_t>(ranks.size()) - count[0];
  std::int32_t below = 0;
  for (std::size_t rank = 1; rank < count.size(); ++rank) {
    centred[rank] = 2 * below + count[rank] - present; // twice the mean rank - (present + 1)
    below += count[rank];
  }
  std::vector<std::int32_t> result;
  result.reserve(ranks.size());
  for (const std::uint16_t rank : ranks) {
    result.push_back(centred[rank]);
  }
  return result;
}

void AlikeCells::take(const OutOfBagTree& seen, const PermutedLeaves& leaves) {
  seen_.emplace(seen);
  leaves_ = &leaves;
  const auto columns = leaves.columns();
  alike_places_.assign(columns.size(), {});
  std::vector<std::vector<std::int32_t>> centred;
  std::vector<double> length;
  for (const std::uint32_t column : columns) {
    centred.push_back(centred_ranks(ranks_.column(column), ranks_.highest(column)));
    length.push_back(std::sqrt(static_cast<double>(product(centred.back(), centred.back()))));
  }
  for (std::size_t one = 0; one < columns.size(); ++one) {
    for (std::size_t other = 0; other < one; ++other) {
      const auto together = static_cast<double>(product(centred[one], centred[other]));
      if (std::fabs(together) > alike_ * length[one] * length[other]) {
        alike_places_[one].push_back(static_cast<Index>(other));
        alike_places_[other].push_back(static_cast<Index>(one));
      }
    }
  }
}

// Divides every cell by the cuts of one column.
void AlikeCells::divide(Index place) {
  const Tree& tree = seen_->tree;
  cuts_.clear();
  for (const std::uint32_t node : leaves_->nodes(place)) {
    cuts_.push_back(tree.cut[node]);
  }
  std::sort(cuts_.begin(), cuts_.end());
  const auto ranks = ranks_.column(leaves_->columns()[at(place)]);
  const std::uint64_t missing = cuts_.size() + 1;
  part_.clear();
  for (std::size_t row = 0; row < cell_.size(); ++row) {
    const std::uint16_t rank = ranks[seen_->rows[row]];
    const auto cuts_below = std::lower_bound(cuts_.begin(), cuts_.end(), rank) - cuts_.begin();
    part_.push_back(cell_[row] * (missing + 1) +
                    (rank == 0 ? missing : static_cast<std::uint64_t>(cuts_below)));
  }
  parts_.assign(part_.begin(), part_.end());
  std::sort(parts_.begin(), parts_.end());
  parts_.erase(std::unique(parts_.begin(), parts_.end()), parts_.end());
  for (std::size_t row = 0; row < cell_.size(); ++row) {
    cell_[row] = static_cast<std::uint32_t>(
        std::lower_bound(parts_.begin(), parts_.end(), part_[row]) - parts_.begin());
  }
}

std::span<const std::uint32_t> AlikeCells::cells(Index place) {
  cell_.clear();
  if (!alike(place).empty()) {
    cell_.assign(seen_->rows.size(), 0U);
  }
  for (const Index other : alike(place)) {
    divide(other);
  }
  return cell_;
}

} // namespace vigil::forest
