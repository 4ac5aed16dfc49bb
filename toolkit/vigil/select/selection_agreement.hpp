// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <span>
#include <string>
#include <vector>

namespace vigil::select {

/// One set of selected features, ascending.
using Selection = std::vector<Index>;

/// A measure of agreement, NaN with the reason where it is not defined.
struct Agreement {
  double value = 0.0;
  std::string undefined_because = {};
};

/// Nogueira's measure with its variance over the selections and a normal interval.
struct NogueiraAgreement {
  double value = 0.0, variance = 0.0, lower = 0.0, upper = 0.0;
  std::string undefined_because = {};
};

/// Agreement of M selections from d features, corrected for chance: 1 = all equal, 0 = as by chance.
///
///   Phi   = 1 - mean_f{ M / (M - 1) p_f (1 - p_f) } / { kbar/d (1 - kbar/d) }
///   phi_i = [ mean_f z_if p_f - k_i kbar/d^2 + (Phi/2) (2 k_i kbar/d^2 - k_i/d - kbar/d + 1) ] / { kbar/d (1 - kbar/d) }
///   var   = 4 / M^2 sum_i (phi_i - mean phi)^2,   interval Phi +- z sqrt(var)
///   p_f  share of the selections with f;  z_if  is f in selection i;  k_i  size of selection i, kbar their mean
///
/// The interval takes the M selections for independent. Those of resamples of one data set are not: it then says how
/// exact the measure is for these data (a Monte-Carlo interval over resamples), nothing about other data.
///
/// features  numbers below d
/// undefined fewer than two selections, no feature in any, every feature in all
/// cost      O(d + sum of k_i)
/// source    Nogueira, Sechidis, Brown 2018, J. Mach. Learn. Res. 18(174), definition 4, theorem 7;
///           checked by tests/reference/stability_test
[[nodiscard]] NogueiraAgreement
nogueira(std::span<const Selection> selections, Index features, double level);

/// Mean over pairs of (r d - k^2) / (k (d - k)), r the size of their intersection, for selections of one size k.
///
/// undefined fewer than two selections, sizes differ, k = 0, k = d
/// source    Kuncheva 2007, Proc. 25th IASTED AIA, 421; checked by tests/reference/stability_test
[[nodiscard]] Agreement kuncheva(std::span<const Selection> selections, Index features);

/// Mean over pairs of |A and B| / |A or B|; pairs of two empty selections are left out. Not corrected for chance: it
/// rises with the share of features that are selected, and is never to be read alone.
///
/// undefined no pair with a feature
/// source    Jaccard 1901, Bull. Soc. Vaud. Sci. Nat. 37:547; checked by tests/reference/stability_test
[[nodiscard]] Agreement jaccard(std::span<const Selection> selections);

/// Mean over pairs of the correlation of the two indicators of being selected, with k, l the sizes, r those in common:
///
///   (r - k l / d) / sqrt(k (1 - k/d) l (1 - l/d));   pairs with an empty or a full selection are left out
///
/// undefined no other pair
/// source    Nogueira, Brown 2016, ECML PKDD, LNCS 9852:442; checked by tests/reference/stability_test
[[nodiscard]] Agreement phi_coefficient(std::span<const Selection> selections, Index features);

/// Mean over pairs of (r - k l / d) / (min(k, l) - max(0, k + l - d)); pairs whose r can take one value are left out.
///
/// undefined no other pair
/// source    Lustgarten, Gopalakrishnan, Visweswaran 2009, AMIA Symposium, 406; checked by tests/reference/stability_test
[[nodiscard]] Agreement lustgarten(std::span<const Selection> selections, Index features);

/// Relative weighted consistency: how far sum_f F_f (F_f - 1) lies between its least and its largest value for N
/// selections of features in all, F_f those of feature f.
///
///   (d (N - D + sum_f F_f (F_f - 1)) - N^2 + D^2) / (d (H^2 + M (N - H) - D) - N^2 + D^2),   D = N mod d, H = N mod M
///
/// undefined fewer than two selections, or one value is possible only
/// source    Somol, Novovicova 2010, IEEE Trans. PAMI 32:1921; checked by tests/reference/stability_test
[[nodiscard]] Agreement somol(std::span<const Selection> selections, Index features);

} // namespace vigil::select
