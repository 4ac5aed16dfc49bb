// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/measure/measure.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vigil::measure {

/// What ended the follow-up of a subject, seen from the cause of interest.
enum class Ending : std::uint8_t { censored, event, competing };

/// The subjects of an evaluation that have weight, as plain columns; what every measure starts from.
struct EvaluationRows {
  std::vector<Index> subject; ///< ascending
  std::vector<double> time, weight;
  std::vector<Ending> ending;
  double total = 0.0;       ///< sum of the weights
  std::string problem = {}; ///< empty: usable

  [[nodiscard]] Index rows() const noexcept { return size_of(subject); }
};

/// Rows of the support, or the reason why no measure of censored data is defined for them (no subjects, an
/// outcome that is no time to event, delayed entry).
[[nodiscard]] EvaluationRows evaluation_rows(const Evaluation& evaluation);

/// The same evaluation among some of its subjects, with censoring weights of their own; both must outlive it.
[[nodiscard]] Evaluation part_of(const Evaluation& whole,
                                 const CaseWeights& weights,
                                 const survival::CensoringWeights& censoring);

/// A column of the evaluation (one value per subject) for the rows.
[[nodiscard]] std::vector<double> gather(const EvaluationRows& rows,
                                         std::span<const double> per_subject);

/// A number per row, or the reason why there is none.
struct Column {
  std::vector<double> value = {};
  std::string problem = {};
};
[[nodiscard]] Column score_column(const Evaluation& evaluation, const EvaluationRows& rows);
/// Predicted risk at the horizon of the evaluation.
[[nodiscard]] Column risk_column(const Evaluation& evaluation, const EvaluationRows& rows);
/// log(-log(1 - p)), p kept inside [1/(2 subjects), 1 - 1/(2 subjects)].
[[nodiscard]] std::vector<double> log_cumulative_hazard(std::span<const double> risk,
                                                        double subjects);
/// W_i at the horizon; a problem when the horizon is not finite or G is zero where it is needed.
[[nodiscard]] Column censoring_weight_column(const Evaluation& evaluation,
                                             const EvaluationRows& rows);

/// Empty, or why the censoring weights cannot serve these rows (a subject that belongs to none of their strata, a
/// model that could not be fitted).
[[nodiscard]] std::string censoring_problem(const Evaluation& evaluation,
                                            const EvaluationRows& rows);

/// True for a row whose event of interest happened by the horizon.
[[nodiscard]] inline bool event_by(const EvaluationRows& rows, Index row, double horizon) {
  return rows.ending[at(row)] == Ending::event && rows.time[at(row)] <= horizon;
}

/// Adds to `gradient` what the estimation of G contributes.
///
///   gradient_i += INT_0^t q(u) dM^C_i(u) / {(Y(u) - d(u)) / n},   q(u) = mean_j carried_j 1(T_j > u)
///
/// carried  per row: the part of its contribution to the estimate that has 1/G as a factor (W_j h_j for a
///          mean of W_j h_j), on the scale on which the estimate is a weighted mean
/// source   validation_triage conventions; Blanche et al. 2013; checked by tests/reference/accuracy_test
void add_censoring_term(const Evaluation& evaluation,
                        const EvaluationRows& rows,
                        std::span<const double> carried,
                        double horizon,
                        std::vector<double>& gradient);

/// The same of contributions whose parts have 1/G of different subjects at the row's time: carried has the weights in it and is given for
/// each factor of CensoringWeights::carried_factor, factor after factor.
void add_censoring_term_by_factor(const Evaluation& evaluation,
                                  const EvaluationRows& rows,
                                  std::span<const double> carried,
                                  double horizon,
                                  std::vector<double>& gradient);

/// Number of subjects, each counted as often as it was drawn.
[[nodiscard]] double times_drawn(const Evaluation& evaluation, const EvaluationRows& rows);

/// Influence values of all subjects from the gradient of the estimate.
///
///   psi_i = n s_i g_i / W,   g_i = W d(estimate)/d(w_i), w_i = times_i s_i, n = sum of times
///
/// so that sum times_i psi_i = 0 and a subject with times 2 is the same as its row twice.
[[nodiscard]] std::vector<double> influence_from(const Evaluation& evaluation,
                                                 const EvaluationRows& rows,
                                                 std::span<const double> gradient);

/// Estimate of a mean of W_i h_i with its influence function (G estimated), the rule of every loss, net benefit
/// and observed risk:  psi_i = W_i h_i - theta + censoring term.
struct WeightedMean {
  double value = 0.0;
  std::vector<double> gradient; ///< per row
};
[[nodiscard]] WeightedMean censoring_weighted_mean(const Evaluation& evaluation,
                                                   const EvaluationRows& rows,
                                                   std::span<const double> censoring_weight,
                                                   std::span<const double> loss);

} // namespace vigil::measure
