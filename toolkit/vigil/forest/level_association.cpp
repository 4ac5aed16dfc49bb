// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/forest/level_association.hpp"

#include "vigil/forest/alike_cells.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace vigil::forest {

namespace {

/// The root, 0 below 0 and without rows to tell.
double root(double square) {
  return square > 0.0 ? std::sqrt(std::min(square, 1.0)) : 0.0;
}

double square(std::int64_t value) {
  return static_cast<double>(value) * static_cast<double>(value);
}

double with_numbers(const RankColumns& ranks, Index category, Index numbers) {
  const auto centred = centred_ranks(ranks.column(numbers), ranks.highest(numbers));
  const auto level = ranks.column(category);
  std::vector<std::int64_t> rows(at(ranks.levels(category) + 1), 0), sums(rows.size(), 0);
  std::int64_t squares = 0;
  for (std::size_t row = 0; row < level.size(); ++row) {
    ++rows[level[row]];
    sums[level[row]] += centred[row];
    squares += std::int64_t{centred[row]} * centred[row];
  }
  double levels = 0.0, between = 0.0;
  std::int64_t known = 0, total = 0;
  for (std::size_t each = 1; each < rows.size(); ++each) {
    if (rows[each] > 0) {
      levels += 1.0;
      known += rows[each];
      total += sums[each];
      between += square(sums[each]) / static_cast<double>(rows[each]);
    }
  }
  if (levels < 2.0 || squares == 0) {
    return 0.0;
  }
  between -= square(total) / static_cast<double>(known);
  return root(between / static_cast<double>(squares) -
              (levels - 2.0) / (static_cast<double>(known) - 1.0));
}

double with_category(const RankColumns& ranks, Index one, Index other) {
  const auto level = ranks.column(one), of_other = ranks.column(other);
  const std::size_t width = at(ranks.levels(other) + 1);
  std::vector<std::int64_t> cells(at(ranks.levels(one) + 1) * width, 0),
      rows(cells.size() / width, 0), columns(width, 0);
  std::int64_t known = 0;
  for (std::size_t row = 0; row < level.size(); ++row) {
    if (level[row] != 0 && of_other[row] != 0) {
      ++cells[level[row] * width + of_other[row]];
      ++rows[level[row]];
      ++columns[of_other[row]];
      ++known;
    }
  }
  const auto occurring = [](const std::vector<std::int64_t>& counts) {
    return static_cast<double>(
        std::ranges::count_if(counts, [](std::int64_t count) { return count > 0; }));
  };
  const double degrees = occurring(rows) - 1.0, of_others = occurring(columns) - 1.0;
  if (!(degrees > 0.0 && of_others > 0.0)) {
    return 0.0;
  }
  double sum = -1.0;
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    if (cells[cell] > 0) {
      sum += square(cells[cell]) /
             (static_cast<double>(rows[cell / width]) * static_cast<double>(columns[cell % width]));
    }
  }
  const double chance = (degrees * of_others - 1.0) / (static_cast<double>(known) - 1.0);
  return root((sum - chance) / std::min(degrees, of_others));
}

} // namespace

double level_association(const RankColumns& ranks, Index one, Index other) {
  VIGIL_EXPECTS(ranks.levels(one) > 0 || ranks.levels(other) > 0);
  if (ranks.levels(one) == 0) {
    return with_numbers(ranks, other, one);
  }
  return ranks.levels(other) == 0 ? with_numbers(ranks, one, other)
                                  : with_category(ranks, one, other);
}

} // namespace vigil::forest
