// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>
#include <vector>

namespace vigil::select {

/// Adjusted p-values: one for each test.
struct AdjustedP {
  std::vector<double> bh = {}, by = {}, storey = {}, holm = {}, hommel = {};
  double null_share = 0.0; ///< pi0 of storey_share
};

/// p that are NaN belong to no test: they are not counted and stay NaN. With m tests and p_(1) <= .. <= p_(m),
///
///   adjusted p_(i) = min(1, min_{k >= i} factor p_(k) / k)
///
///   Benjamini-Hochberg   factor m                              under independence or positive dependence (PRDS)
///   Benjamini-Yekutieli  factor m (1 + 1/2 + .. + 1/m)         under any dependence
///   Storey               factor m pi0, pi0 of storey_share     under independence or weak dependence
///
/// Family-wise error:
///
///   Holm     max_{k <= i} min(1, (m - k + 1) p_(k))                      under any dependence
///   Hommel   min{ a: h(a) p <= a }, h(a) = max{ k: k p_(m-k+j) > j a for j = 1 .. k }   closed tests by Simes, under PRDS
///
/// cost      O(m log m)
/// source    Benjamini, Hochberg 1995, J. R. Statist. Soc. B 57:289; Benjamini, Yekutieli 2001, Ann. Statist. 29:1165;
///           Storey 2002, J. R. Statist. Soc. B 64:479; Holm 1979, Scand. J. Stat. 6:65; Hommel 1988, Biometrika 75:383;
///           Meijer, Krebs, Goeman 2019, Biom. J. 61:1193 (h in O(m log m)); checked by tests/unit/select/multiple_testing_test,
///           tests/reference/screen_test
[[nodiscard]] AdjustedP adjust_p(std::span<const double> p);
/// The first of them alone.
[[nodiscard]] std::vector<double> benjamini_hochberg(std::span<const double> p);

/// Share of true null hypotheses, estimated by the p-values above 1/2:
///
///   pi0 = min(1, (1 + #{p > 1/2}) / (m / 2))
///
/// The 1 makes q-values control the false discovery rate in finite samples of independent p-values. NaN without a test.
/// source    Storey, Taylor, Siegmund 2004, J. R. Statist. Soc. B 66:187
[[nodiscard]] double storey_share(std::span<const double> p);

} // namespace vigil::select
