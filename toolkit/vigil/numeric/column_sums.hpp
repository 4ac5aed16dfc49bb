// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/aligned.hpp"
#include "vigil/numeric/column_sums_kernel.hpp"

#include <span>
#include <vector>

namespace vigil {

/// Weightings of the same rows, packed once for the sums of many columns: where enough of them consist of 0 and 1
/// alone, these become one bit per row; all others keep their weights.
class PackedWeightings {
public:
  /// For each weighting a value per row, finite, not negative.
  PackedWeightings(std::span<const std::span<const double>> weightings, Index rows);

  [[nodiscard]] Index rows() const noexcept { return rows_; }
  /// Whether every row takes part in every sum, those of weight 0 by a product: a value that is not finite then shows.
  [[nodiscard]] bool multiplies_all() const noexcept { return units_ == 0 && others_ > 0; }

private:
  friend class ColumnSums;
  Index rows_, units_ = 0, others_ = 0;
  std::vector<Index> place_; ///< of each weighting in a ColumnSumsTask
  std::vector<std::uint64_t> bits_;
  std::vector<double> weights_;
};

/// By column; a spread that is not known is NaN.
struct ColumnMoments {
  std::span<const double> mean, spread;
};

/// Sums of float columns under packed weightings, about zero:
///
///   first = sum_i w_i x_i,   second = sum_i w_i x_i^2
///
/// For columns that are finite in all rows, whatever their weight, and near zero against their spread.
///
/// order  that of ColumnSumsTask: the bits depend on the column and the weighting alone, never on other columns,
///        other weightings or the instruction set
/// cost   per column and four rows: 24 additions, and 2 for every weighting of bits; 10 for every other weighting
/// checked by tests/unit/numeric/column_sums_test
class ColumnSums {
public:
  explicit ColumnSums(const PackedWeightings& weightings) : weightings_(weightings) {}

  /// `columns`: whole columns, one after another. A kernel of one's own choice is for tests.
  void set(std::span<const float> columns);
  void set(std::span<const float> columns, ColumnSumsKernel kernel);

  /// By column of the last set().
  [[nodiscard]] std::span<const double> first(Index weighting) const {
    return part(first_, weighting);
  }
  [[nodiscard]] std::span<const double> second(Index weighting) const {
    return part(second_, weighting);
  }

  /// Of the columns of the last set(), until the next call; weight: sum_i w_i. With W the weight,
  ///   mean = first / W,   spread = sqrt(second / W - mean^2),
  /// which is known where second / W is at most 64 times what is left: cancellation costs six bits of it at most.
  [[nodiscard]] ColumnMoments moments(Index weighting, double weight);

private:
  [[nodiscard]] std::span<const double> part(const std::vector<double>& sums,
                                             Index weighting) const {
    return {sums.data() + weightings_.place_[at(weighting)] * columns_, at(columns_)};
  }

  const PackedWeightings& weightings_;
  Index columns_ = 0;
  std::vector<double> first_, second_, mean_, spread_;
  AlignedVector<double> scratch_;
};

} // namespace vigil
