// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/random.hpp"
#include "vigil/learn/learner.hpp"
#include "vigil/select/screen_columns.hpp"
#include "vigil/survival/efficient_score.hpp"

#include <span>
#include <vector>

namespace vigil::select {

/// What takes part in maxT, in order of falling |z|.
struct RankedTests {
  std::vector<Index> column = {};
  std::vector<double> size = {};  ///< |z|
  std::vector<double> scale = {}; ///< 1 / sqrt(information)
};

/// draws     at least 1
/// permute   else score multipliers
/// label     by row: multipliers are drawn for each label; permutations stay within it, and move the values of a row
///           whatever its weight
/// weight    by row: what a row's multiplier is multiplied with; of multipliers only
struct DrawOptions {
  Index draws = 1000;
  bool permute = false;
  std::vector<Index> label = {};
  std::vector<double> weight = {};
};

struct MaxTest {
  std::vector<double> adjusted = {}; ///< p, one for each ranked test
  Index reads = 0;                   ///< of the matrix
};

/// Draws of all tests' z under the null hypothesis, and their step-down maxT (StepDown).
///
///   multipliers   z*_bj = c sum_i g_bi u_ij / sqrt(V_j),   g standard normal, u_ij the efficient score of row i
///                 = c d_b'x_j / sqrt(V_j) with d_b = EfficientScore::direction(g_b): one product of the columns, in
///                 single precision and a fixed order (penalized::sweep), with the draws' directions
///                 c^2 = sum_i (weight_i r_i)^2 / sum_l |direction(weight on label l, else 0)|^2
///   permutations  the score test of the columns, their rows permuted against outcome and adjusted columns
///
/// c           contributions are made with the fitted null model and so are a little short, as residuals are; c gives the
///             draws of a feature that is independent of everything the variance of its score, given the outcome. It is
///             1 + O(1 / events). Beyond 512 labels its denominator is the mean over 512 directions of normal multipliers
/// randomness  g_b at key / "draw" / b, one for each label in the order of its first row; permutations at the same address;
///             the directions of c at key / "probe" / number
/// order       a test's draws depend on its column and the draw alone
/// memory      directions or permutations of as many draws as a quarter of memory_bytes holds (4 bytes per row), and the
///             draws of as many tests as another quarter holds (4 bytes each): the windows of StepDown. One read of the
///             matrix for each batch of draws and window; mostly one in all
/// cost        2 rows flops for each test and draw by multipliers, EfficientScore::test by permutations
/// source      Lin 2005, Bioinformatics 21:781 (multipliers); Westfall, Young 1993;
///             checked by tests/unit/select/screen_test, tests/property/screen_test
[[nodiscard]] MaxTest max_test(const ScreenColumns& columns,
                               const survival::EfficientScore& score,
                               const RankedTests& tests,
                               const DrawOptions& options,
                               const RandomKey& key,
                               FitContext& context);

} // namespace vigil::select
