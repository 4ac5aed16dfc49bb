// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/alike_cells.hpp"

#include "vigil/forest/level_association.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

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
  depth_ = seen.tree.depths();
  const auto columns = leaves.columns();
  alike_places_.assign(columns.size(), {});
  std::vector<std::vector<std::int32_t>> centred;
  std::vector<double> length;
  for (const std::uint32_t column : columns) {
    centred.push_back(centred_ranks(ranks_.column(column), ranks_.highest(column)));
    length.push_back(std::sqrt(static_cast<double>(product(centred.back(), centred.back()))));
  }
  const auto is_category = [&](std::size_t place) { return ranks_.levels(columns[place]) > 0; };
  const auto are_alike = [&](std::size_t one, std::size_t other) {
    if (is_category(one) || is_category(other)) {
      return level_association(ranks_, columns[one], columns[other]) > alike_;
    }
    const auto together = static_cast<double>(product(centred[one], centred[other]));
    return std::fabs(together) > alike_ * length[one] * length[other];
  };
  for (std::size_t one = 0; one < columns.size(); ++one) {
    for (std::size_t other = 0; other < one; ++other) {
      if (are_alike(one, other)) {
        alike_places_[one].push_back(static_cast<Index>(other));
        alike_places_[other].push_back(static_cast<Index>(one));
      }
    }
  }
}

// Divides every cell by one cut; cells stay numbered without gaps.
void AlikeCells::divide(std::uint32_t node) {
  const auto ranks = ranks_.column(seen_->tree.feature[node]);
  constexpr std::uint32_t parts = 3;
  number_.assign(std::size_t{parts} * cells_, 0U);
  for (std::size_t place = 0; place < cell_.size(); ++place) {
    const std::uint16_t rank = ranks[seen_->rows[place]];
    cell_[place] = parts * cell_[place] + (rank == 0                                ? 2U
                                           : seen_->tree.rank_goes_left(node, rank) ? 0U
                                                                                    : 1U);
    number_[cell_[place]] = 1;
  }
  cells_ = 0;
  for (std::uint32_t& number : number_) {
    cells_ += std::exchange(number, cells_);
  }
  for (std::uint32_t& cell : cell_) {
    cell = number_[cell];
  }
}

std::span<const std::uint32_t> AlikeCells::cells(Index place) {
  cell_.clear();
  if (alike(place).empty()) {
    return cell_;
  }
  cuts_.clear();
  for (const Index other : alike(place)) {
    for (const std::uint32_t node : leaves_->nodes(other)) {
      cuts_.emplace_back(depth_[node], node);
    }
  }
  std::sort(cuts_.begin(), cuts_.end());
  cell_.assign(seen_->rows.size(), 0U);
  cells_ = 1;
  for (const auto& cut : cuts_) {
    if (rows_per_cell * Index{cells_} >= size_of(cell_)) {
      break;
    }
    divide(cut.second);
  }
  return cell_;
}

} // namespace vigil::forest
