// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// The permutation variance of cuts of a node whose rows are compared within strata: who of a stratum is on the left is
/// drawn, how many are is not.
///
///   V_perm = sum_s c_s N_Ls (N_s - N_Ls),   c_s = sum_{i in s} copies_i s_i^2 M_i^2 / {N_s (N_s - 1)}
///
/// N_s copies in stratum s, N_Ls of them on the left; c_s = 0 for a single copy. Other than without strata this depends on
/// more than the sums of a side: rows move to the left one by one in the order of a column, and each changes one term.
/// c_s are whole numbers of a power of two, 62 bits for the largest, and sums have 128: a cut has the same variance in
/// whatever order its rows came, and from the left as from the right.
///
/// cost    of a scan: one division per row
/// source  Hothorn et al. 2006, Am. Stat. 60:257 (conditional expectation and covariance, summed over blocks); checked by
///         tests/unit/forest/stratified_variance_test
class StratifiedVariance {
public:
  /// No rows.
  void clear();
  /// The next row by place. square: copies s^2 M^2.
  void add(std::uint32_t stratum, Index copies, double square);
  /// After the last row.
  void take_factors();

  /// Without rows: the node has one stratum.
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
  /// Whether V_perm is 0 whatever the cut.
  [[nodiscard]] bool nothing() const noexcept { return !(unit_ > 0.0); }
  [[nodiscard]] Index strata() const noexcept { return size_of(strata_); }
  [[nodiscard]] std::uint32_t stratum(std::size_t place) const { return rows_[place].stratum; }

  /// V_perm with these places, and no others, on the left. left: by stratum, kept zero between calls.
  [[nodiscard]] double of(std::span<const std::uint32_t> places, std::vector<Index>& left) const;
  /// inverse.size() = places: entry i is 1 / V_perm with the first i + 1 of these places on the left, 0 where V_perm is 0.
  void scan(std::span<const std::uint32_t> places,
            std::vector<Index>& left,
            std::vector<double>& inverse) const;

private:
  __extension__ using Wide = __int128;
  struct Row {
    std::uint32_t stratum, copies;
  };
  struct Stratum {
    Index copies = 0;
    double squares = 0.0;
    std::int64_t factor = 0; ///< c_s, in units
  };
  /// What V_perm gains when a row moves to the left, where `left` copies of its stratum are already.
  [[nodiscard]] Wide step(const Row& row, Index left) const {
    const Stratum& stratum = strata_[row.stratum];
    const Index copies = row.copies;
    const Index pairs = copies * (stratum.copies - 2 * left - copies);
    return Wide{stratum.factor} * pairs;
  }
  void leave_zero(std::span<const std::uint32_t> places, std::vector<Index>& left) const;

  std::vector<Row> rows_; ///< by place
  std::vector<Stratum> strata_;
  double unit_ = 0.0;
};

} // namespace vigil::forest
