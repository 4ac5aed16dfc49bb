// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/large_pages.hpp"
#include "vigil/penalized/marker_norms.hpp"
#include "vigil/penalized/residual_subspace.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace vigil::penalized {

/// Which markers a residual surely leaves at zero, as far as sweeps and earlier products say.
///
/// For each marker a bound of |z'r0| is held, of some earlier residual r0. By Cauchy and Schwarz in the metric of
/// ResidualSubspace, and with L the length of the way that the residual has gone since the start,
///
///   |z'r| <= |z'r0| + norm_z ||r - r0|| <= (|z'r0| - norm_z L0) + norm_z L
///
/// of which the bracket is one float per marker. Where that does not decide, the sweeps do (ResidualSubspace), and what
/// they say is held from then on: most markers are far from their threshold for many steps, and cost one comparison.
///
/// cost  4 bytes of three lists per marker; K products more for each sixteen of which one is not decided
/// checked by tests/unit/penalized/marker_bounds_test, residual_subspace_test
class MarkerBounds {
public:
  MarkerBounds() = default;
  /// hold: false where every sweep is to be asked anew (groups are decided as wholes).
  explicit MarkerBounds(Index markers, bool hold = true);

  /// The residual has become this one.
  void move_to(const ResidualSubspace& subspace,
               std::span<const double> residual,
               const MarkerNorms& norms);
  /// bound: at least |z'r| of the present residual.
  void set(Index marker, double bound, const MarkerNorms& norms);

  struct Question {
    const ResidualSubspace& subspace;
    const ResidualSubspace::Split& split; ///< of the present residual
    const MarkerNorms& norms;
    double limit = 0.0;
    std::span<const float> factor;      ///< a marker that must never be listed has a huge one
    std::span<const std::uint8_t> skip; ///< marks those not asked for
  };
  /// The markers, ascending, whose bounds are all over limit factor.
  [[nodiscard]] std::vector<Index> undecided(const Question& question);
  /// The same; nothing where they are more than `most` even without `skipped` of them: they are then not listed.
  [[nodiscard]] std::optional<std::vector<Index>>
  undecided(const Question& question, double most, Index skipped);
  /// The markers, ascending, that are over limit factor by the sweeps' directions alone; but for some that moved unusually
  /// far since they were last bounded. A guess, not a proof.
  [[nodiscard]] std::vector<Index> pointed(const Question& question);
  /// sum_k a_k C_zk of the markers that the last answer lists.
  [[nodiscard]] std::span<const float> combined() const noexcept { return combined_; }
  /// The same of all markers.
  std::span<const float> combine_all(const Question& question);

private:
  Index
  answer(const Question& question, bool use_held, std::span<float> combined, double share = 1.0);
  std::vector<Index>
  listed(std::span<const std::uint16_t> bits, Index count, std::span<const std::uint8_t> skip);

  bool hold_ = true;
  std::vector<float> held_;                           ///< bound less norm L
  std::vector<float, ZeroAllocator<float>> combined_; ///< by marker
  std::vector<float, ZeroAllocator<float>> computed_; ///< of those that the last answer lists
  std::vector<std::int32_t> sixteen_;                 ///< those that the last answer lists
  std::vector<std::uint16_t> over_, pointed_;         ///< of these, a bit per marker
  std::vector<double> residual_;                      ///< by row
  double length_ = 0.0;                               ///< L
};

} // namespace vigil::penalized
