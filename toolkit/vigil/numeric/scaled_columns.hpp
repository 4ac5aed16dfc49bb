// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/numeric/dense.hpp"

#include <span>
#include <vector>

namespace vigil {

/// Columns z = (x - centre) / scale of floats x, for products with vectors in double:
///
///   z'v = (sum_i x_i v_i - centre sum_i v_i) / scale,   Z b = sum_j x_j b_j / scale_j - sum_j centre_j b_j / scale_j
///
/// which read 4 bytes of each entry where a matrix in double has 8: the memory is what limits them. A float is a double
/// without rounding, so that the products are those of the columns in double but for the order of their sums, and for
/// the centre, which costs digits where it is large: such columns (`fits`), and those that are no floats, stay out.
///
/// cost    2 rows flops and 4 rows bytes for each column; 4 bytes for each entry
/// checked by tests/unit/numeric/scaled_columns_test
class ScaledColumns {
public:
  explicit ScaledColumns(Index rows = 0);

  /// Whether a column with this centre and scale loses at most two digits.
  [[nodiscard]] static bool fits(double centre, double scale) noexcept;
  void add(std::span<const float> x, double centre, double scale);
  /// A column that is not here: its products are left out.
  void add_absent();
  /// Keeps the listed columns, ascending.
  void keep(std::span<const Index> listed);

  [[nodiscard]] Index columns() const noexcept { return size_of(scale_); }
  /// Columns that are not here, ascending.
  [[nodiscard]] std::span<const Index> absent() const noexcept { return absent_; }
  /// out = Z'v of the columns from `first` on, as many as out has; 0 for one that is not here.
  void multiply_transposed(Index first, std::span<const double> v, std::span<double> out) const;
  /// out = Z b of the columns from `first` on, as many as b has.
  void multiply(Index first, std::span<const double> b, std::span<double> out) const;

private:
  [[nodiscard]] const float* column(Index place) const { return values_.data() + place * stride_; }

  Index rows_, stride_;       ///< stride: rows rounded up to eight, zeros behind the last
  std::vector<float> values_; ///< column after column
  std::vector<double> centre_, scale_;
  std::vector<Index> absent_;
};

/// Some columns in double; the same as floats where that reads less.
struct ColumnsView {
  MatrixView exact;
  const ScaledColumns* scaled = nullptr; ///< null: there is none
  Index first = 0;                       ///< of its columns
};
/// out = m' x, m x.
void multiply_transposed(const ColumnsView& matrix,
                         std::span<const double> x,
                         std::span<double> out);
void multiply(const ColumnsView& matrix, std::span<const double> x, std::span<double> out);

} // namespace vigil
