// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>
#include <vector>

namespace vigil::select {

/// Step-down maxT of Westfall and Young, a window of the tests at a time.
///
/// Tests are in order of falling |z|. For draw b and test j,
///
///   u_bj  = max { |z*_bk| : |z_k| <= |z_j| }
///   p_j   = (1 + #{b : u_bj >= |z_j|}) / (1 + draws),   adjusted p_j = max_{i <= j} p_i
///
/// Only maxima are needed of the tests below a window, and beyond a test whose adjusted p is 1 all are 1. So it is
/// enough to hold the draws of one window of the largest |z| and one maximum per draw of all others: the result is that
/// of the whole table, for any window. A draw within 1e-6 of |z_j|, relative, counts as reaching it: draws are held in
/// single precision, and a permutation may give the observed table again.
/// source    Westfall, Young 1993, Resampling-Based Multiple Testing; Ge, Dudoit, Speed 2003, Test 12:1;
///           checked by tests/unit/select/step_down_test
class StepDown {
public:
  /// falling: |z| of all tests.
  StepDown(std::span<const double> falling, Index draws);

  [[nodiscard]] bool done() const noexcept;
  /// The first test that is not done.
  [[nodiscard]] Index first() const noexcept { return first_; }
  /// Adds some draws of the window [first(), first() + tests).
  ///
  /// drawn   |z*| of the window's tests, `draws` values each, one test after another
  /// below   per draw the maximum of all tests below the window; 0: none. Overwritten
  void add_draws(std::span<const float> drawn, std::span<float> below);
  /// Closes the window, once all draws were added.
  void next_window();
  /// One for each test, in the order of the tests.
  [[nodiscard]] const std::vector<double>& adjusted() const noexcept { return adjusted_; }

private:
  std::span<const double> falling_;
  Index draws_, first_ = 0;
  double reached_ = 0.0; ///< adjusted p of the test before first_
  std::vector<Index> counts_ = {};
  std::vector<double> adjusted_;
};

} // namespace vigil::select
