// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"

#include <span>
#include <string_view>
#include <vector>

namespace vigil::measure {

/// Other packages' definitions of the measures that they have, under vigil's names, so that their numbers can be
/// reproduced. Where nothing ties with anything they are vigil's own.
///
///   timeroc  auc, auc_event_free_controls: an event exactly at t is in neither group. Its standard error is ours of
///            these groups; where events sit at t the package divides by other groups than it counts
///   survc1   uno_c: pairs with T_j > T_i only, T_i < tau, G(T_i-) with everybody at risk of censoring at the time of
///            an event. The package cuts times and scores to whole numbers of 1/1000 and 1/100000; vigil does not
///   survauc  uno_c: pairs with T_j > T_i only, T_i < tau, tied scores count 0; auc. Both with 1 / G(T_i), where each censored row
///            at u multiplies G by 1 - (rows that leave at u) / (rows at risk): lower than Kaplan-Meier's where times tie.
///            auc_incident is Song and Zhou's, of a score that is the log hazard ratio of a Cox model, r = exp(score):
///              sum_ij r_i S_i S_j k_ij / (sum_i r_i S_i sum_j S_j),   S_i = exp(-H(t) r_i),   k_ij = 1 above, 1/2 equal
///            over all rows, also i = j. H(t) = sum over events by t of 1 / R: R sums r over everybody under observation at the time of
///            the first row of that time (censored before events), over those with a later time at its other rows
///   survivalroc  auc, by Kaplan-Meier among those above each cut c: sensitivity (1 - S(t | X > c)) P(X > c) / (1 - S(t)), 1 -
///            specificity S(t | X > c) P(X > c) / S(t), area by trapezoids; it can leave [0, 1]. Not the estimate by neighbours
///   sksurv   harrell_c (vigil's own); uno_c: vigil's pairs with T_i < tau; auc, brier, ibs: an event has weight
///            1 / G(T_i) in the place of 1 / G(T_i-). ibs by trapezoids between the first and last time of the risks
///   pec      brier (vigil's own); ibs: left sums over the times of the risks, divided by the last one
///
/// influence  timeroc, harrell_c, brier of pec; else none, as in the packages
/// undefined  causes that compete, but for timeroc and pec; delayed entry; auc_incident: tied events that nobody outlives
/// cost       uno_c O(n^2), auc of survauc, survivalroc and sksurv too, else that of the measure
/// source     the packages timeROC 0.4.1, survC1 1.0.3, survAUC 1.3.0, survivalROC 1.0.3.1, scikit-survival 0.22, pec 2022.5.4, by their numbers;
///            checked by tests/reference/convention_test
[[nodiscard]] std::span<const std::string_view> convention_names() noexcept;
/// The measures of a package. Throws ConfigError for an unknown name.
[[nodiscard]] std::span<const Entry> measures_of(std::string_view package);
/// One of them. Throws ConfigError naming those that the package defines.
[[nodiscard]] const Entry& find(std::string_view package, std::string_view name);

} // namespace vigil::measure
