// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/select/tested_features.hpp"

#include <string>

namespace vigil::select {

/// expected: mean of the draws. p counts the draws that reach the statistic.
struct GlobalTest {
  double statistic = 0.0, expected = 0.0, p = 0.0;
  Index draws = 0;
  std::string undefined_because = {}; ///< not empty: all numbers are NaN
};

struct GlobalTests {
  GlobalTest permutation, multipliers;
};

/// Do many features together tell anything of the hazard beyond the adjusted columns?
///
///   Q = (1/p) sum_j (x_j'r)^2 = r'X X'r / p,   r martingale residuals of the null model, x_j standardized,
///   p-value = (1 + #{Q_b >= Q}) / (1 + draws)
///
/// permutation  Q_b: the rows of X permuted within centre and stratum. Exact where X is independent of outcome and adjusted columns
///              within them: the hypothesis is that of all together. Undefined with groups
/// multipliers  Q_b = (c^2/p) sum_j (sum_i g_i u_ij)^2, u_ij the efficient scores, g_i = 1 or -1 at random, one for each subject
///              (or group). In large samples valid where X depends on the adjusted columns, as censoring may. With signs sum_i g_i^2 is
///              the same in every draw as in the data; normal multipliers would add its variance, which drowns Q where p >> n
///
/// c            as in ScoreMultipliers, exact up to 4096 labels
/// draws        0: none of both. Equal within 1e-9 (relative) counts as reached
/// randomness   permutation at key / "permutation" / b, signs at key / "signs" / b
/// memory       a quarter of memory_bytes for columns at a time, and 8 bytes for each row and draw; the result does not depend on it
/// cost         4 rows p draws flops, one read of the matrix
/// source       Goeman, Oosting, Cleton-Jansen, Anninga, van Houwelingen 2005, Bioinformatics 21:1950; Lin 2005, Bioinformatics 21:781;
///              checked by tests/unit/select/global_test_test, tests/reference/added_value_test, tests/property/added_value_test
[[nodiscard]] GlobalTests global_tests(const TestedFeatures& features,
                                       Index draws,
                                       const RandomKey& key,
                                       FitContext& context);

} // namespace vigil::select
