// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/evaluation_rows.hpp"

#include <span>
#include <string>

namespace vigil::measure {

/// Why a package that knows one kind of event cannot measure; empty: it can.
[[nodiscard]] std::string plain_problem(const Evaluation& evaluation, const EvaluationRows& rows);

/// The risk at the horizon where there is one, else the score.
[[nodiscard]] Column marker_column(const Evaluation& evaluation, const EvaluationRows& rows);

/// Which pairs count beside T_j > T_i, and the share of a pair with equal scores.
struct PairRule {
  bool tied_censoring_is_later = false;
  double tied_scores = 0.5;
};

/// Uno's C over all pairs from given weights 1 / G of the leaders, T_i < tau. O(n^2).
[[nodiscard]] Estimate weighted_concordance(const Evaluation& evaluation,
                                            const EvaluationRows& rows,
                                            std::span<const double> inverse_g,
                                            const PairRule& rule);

/// Share of weight of pairs of a case (event by the horizon, weight given) and a control (T > horizon, weight 1 each) in which
/// the case has the larger marker; ties 1/2. O(n^2).
[[nodiscard]] Estimate weighted_auc(const Evaluation& evaluation,
                                    const EvaluationRows& rows,
                                    std::span<const double> case_weight,
                                    std::span<const double> marker);

/// Of survAUC and survivalROC: convention.hpp says what they are.
[[nodiscard]] Estimate uno_of_survauc(const Evaluation& evaluation);
[[nodiscard]] Estimate auc_of_survauc(const Evaluation& evaluation);
[[nodiscard]] Estimate auc_incident_of_survauc(const Evaluation& evaluation);
[[nodiscard]] Estimate auc_of_survivalroc(const Evaluation& evaluation);

} // namespace vigil::measure
