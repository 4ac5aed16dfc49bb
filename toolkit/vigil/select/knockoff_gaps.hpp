// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"

#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace vigil::select {

/// How far knockoffs stand from their features: s_j = 1 - correlation(X_j, its knockoff).
///
/// minimum_variance  the trace of the inverse of the joint covariance is smallest: no feature can be guessed well from
///                   all others and all knockoffs
/// equal             one s for all, as large as the smallest eigenvalue allows
enum class KnockoffGaps { minimum_variance, equal };
[[nodiscard]] std::string_view name_of(KnockoffGaps gaps) noexcept;
[[nodiscard]] std::optional<KnockoffGaps> parse_knockoff_gaps(std::string_view text) noexcept;

/// s = min(1, 2 smallest eigenvalue) for all, less 1e-6 of it so that the joint covariance stays positive definite.
///
/// correlation  order x order, positive definite, ones on the diagonal
/// cost         order^3, by LAPACK on one thread
/// source       Candes, Fan, Janson, Lv 2018, J. R. Statist. Soc. B 80:551; checked by
///              tests/unit/select/knockoff_gaps_test
[[nodiscard]] std::vector<double> equal_gaps(std::span<const double> correlation, Index order);

/// The s that makes  tr((2 R - S)^-1) + sum_j 1 / s_j  smallest, S = diag(s), which is tr(G^-1) of the joint covariance
/// G = [R, R - S; R - S, R] but for a factor. Convex; by coordinates: with M = (2 R - S)^-1, a_j = sqrt((M^2)_jj),
///
///   s_j <- s_j + (1 - s_j a_j) / (a_j + M_jj)
///
/// is the exact minimum along s_j, and keeps s_j > 0 and 2 R - S positive definite.
///
/// correlation  order x order, positive definite, ones on the diagonal
/// starts       at half of equal_gaps; M is computed anew for each round
/// stops        where no step of a round is above 1e-8 of its s, or after 500 rounds
/// cost         4 order^3 for each round, mostly 10 to 50 rounds
/// source       Spector, Janson 2022, Ann. Statist. 50:252 (criterion); checked by
///              tests/unit/select/knockoff_gaps_test
[[nodiscard]] std::vector<double> minimum_variance_gaps(std::span<const double> correlation,
                                                        Index order);

[[nodiscard]] std::vector<double>
knockoff_gaps(KnockoffGaps gaps, std::span<const double> correlation, Index order);

} // namespace vigil::select
