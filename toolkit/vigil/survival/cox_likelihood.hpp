// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/cohort/case_weights.hpp"
#include "vigil/cohort/outcome.hpp"
#include "vigil/numeric/eight_lanes.hpp"
#include "vigil/survival/step_function.hpp"

#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace vigil::survival {

enum class Ties { breslow, efron };
[[nodiscard]] std::string_view name_of(Ties ties) noexcept;
[[nodiscard]] std::optional<Ties> parse_ties(std::string_view text) noexcept;

/// The likelihood at one linear predictor, and what its derivatives need.
struct CoxPoint {
  std::vector<double> value_by_stratum;
  double value = 0.0; ///< log partial likelihood, strata added in order; -infinity on overflow
  std::vector<double> residual; ///< derivative by each row's linear predictor (martingale residual)
  std::vector<double> expected; ///< expected events of each row (the other half of the residual)
  std::vector<double>
      relative;                ///< weight times exp(linear predictor - the stratum's shift), by row
  std::vector<double> shift;   ///< largest linear predictor of each stratum
  std::vector<double> at_risk; ///< sum of `relative` over the risk set, by event time
  std::vector<double> hazard;  ///< increment of the baseline cumulative hazard times exp(shift)
};

/// One cumulative baseline hazard for each stratum.
struct CoxBaseline {
  std::vector<Index> level; ///< the stratum's label in the data
  std::vector<StepFunction> cumulative_hazard;
};

/// Cox's log partial likelihood with strata, delayed entry, case weights, offset and tied times.
///
///   L = sum over strata s, event times t of  sum_{events i at t} w_i eta_i
///         - (Breslow)  W_t log S_t
///         - (Efron)    (W_t / m_t) sum_{l = 0}^{m_t - 1} log(S_t - (l / m_t) T_t)
///   S_t  sum of w exp(eta) over rows of the stratum with entry < t <= time
///   T_t  the same over the events at t;   W_t  their weight;   m_t  their count (times drawn)
///
/// Rows are the subjects of positive weight, by stratum, time, events first, subject. Every span by row has that
/// order (`subjects()` gives the subject of each row). Nothing is read of subjects with weight 0.
///
/// additive  every quantity is a sum over strata, added in ascending order of their label
/// ties      censored at t: still at risk at t; times drawn 2 = the row twice, also under Efron
/// cost      value and residuals O(n), O(n log n) with delayed entry; information below
/// source    Cox 1972, J. R. Statist. Soc. B 34:187; Breslow 1974, Biometrics 30:89; Efron 1977, JASA 72:557;
///           checked by tests/unit/survival/cox_likelihood_test, tests/reference/cox_test
class CoxLikelihood {
public:
  /// stratum: one label per subject, or empty. offset: added to every linear predictor, or empty.
  CoxLikelihood(const SurvivalOutcome& outcome,
                const CaseWeights& weights,
                std::span<const Index> stratum,
                std::span<const double> offset,
                Ties ties);

  [[nodiscard]] Index rows() const noexcept { return size_of(subject_); }
  [[nodiscard]] Index strata() const noexcept { return size_of(level_); }
  [[nodiscard]] std::span<const Index> subjects() const noexcept { return subject_; }
  [[nodiscard]] Index subjects_in_cohort() const noexcept { return subjects_in_cohort_; }
  [[nodiscard]] std::span<const double> weight() const noexcept { return weight_; }
  [[nodiscard]] double total_weight() const noexcept { return total_weight_; }
  /// Subjects with an event (distinct), and their weight.
  [[nodiscard]] Index events() const noexcept { return events_; }
  [[nodiscard]] double event_weight() const noexcept { return event_weight_; }
  [[nodiscard]] Ties ties() const noexcept { return ties_; }
  /// Number of a stratum's label, no_index when no row has it.
  [[nodiscard]] Index find_stratum(Index label) const noexcept;

  /// Value and residuals at eta = x'b (by row, without the offset). The value is -infinity, and the rest
  /// without meaning, where a risk set's sum underflows.
  [[nodiscard]] CoxPoint evaluate(std::span<const double> eta) const;
  /// Limit of the value when each event carries all the hazard of its risk set (tied events share it).
  [[nodiscard]] double saturated_value() const;

  /// One stratum's information X'MX, minus the second derivative, as cross products of transformed columns:
  /// P'P - N'N. It is fixed at one point; a column's transformation does not depend on other columns.
  ///
  /// Right-censored strata without Efron ties have no N: one factor by Welford's update through the nested risk
  /// sets, positive semidefinite by construction. Others subtract the cross products of the risk-set means, of
  /// columns centred first.
  /// source    Welford 1962, Technometrics 4:419; Chan, Golub, LeVeque 1983, Am. Statist. 37:242
  struct StratumCurvature {
    Index stratum = 0, positive_rows = 0, negative_rows = 0;
    std::vector<double> root =
        {}; ///< by row of the stratum: what a distance is multiplied with in P
    std::vector<double> step =
        {}; ///< by row: of the running mean (one factor), weight of the mean (two factors)
    std::vector<double> relative = {};    ///< by row, two factors only
    std::vector<double> denominator = {}; ///< by row of N
  };
  [[nodiscard]] StratumCurvature stratum_curvature(Index stratum, const CoxPoint& point) const;
  /// column: all rows(); positive, negative: the stratum's rows of P and N, overwritten. cost O(rows + rows of N),
  /// times log n with delayed entry.
  void transform(const StratumCurvature& curvature,
                 std::span<const double> column,
                 std::span<double> positive,
                 std::span<double> negative) const;
  /// The same of several columns, of a stratum with one factor: from the first of their rows(), to the first of the
  /// stratum's rows of P. Several times as fast as one after the other, with the same values.
  static constexpr Index together = 8;
  void transform_together(const StratumCurvature& curvature,
                          const std::array<const double*, at(together)>& columns,
                          const std::array<double*, at(together)>& positive) const;
  /// The transposed map of a stratum with one factor: its rows of the column are overwritten, so that
  /// x'column = P'positive for the transform P of any x that is zero in other strata. cost O(rows).
  void transform_back(const StratumCurvature& curvature,
                      std::span<const double> positive,
                      std::span<double> column) const;

  /// Adds one stratum's information to `out`.
  /// columns   rows() x k, column after column, in row order
  /// out       k x k
  /// cost      (rows + event times, once per tied event under Efron) k^2
  void add_information(Index stratum,
                       const CoxPoint& point,
                       std::span<const double> columns,
                       std::span<double> out) const;
  /// All strata, added in order.
  [[nodiscard]] std::vector<double> information(const CoxPoint& point,
                                                std::span<const double> columns) const;

  /// Information of eight columns, each with itself: sum of P^2 and of N^2 over the strata of `curvatures`.
  struct LaneInformation {
    EightLanes positive, negative;
    [[nodiscard]] EightLanes value() const { return positive - negative; }
  };
  /// columns: rows() rows. The bits of a lane are those of the lane alone. cost 7 flops per row and column for strata with
  /// one factor, 12 for others, 5 log n more with delayed entry.
  [[nodiscard]] LaneInformation lane_information(std::span<const StratumCurvature> curvatures,
                                                 std::span<const EightLanes> columns) const;

  /// The score contributions of all rows as a map of the column, transposed. Row i adds to the derivative by the
  /// coefficient of a column x, with xbar the mean of x over the risk set under the hazards at the point,
  ///
  ///   u_i(x) = w_i [event] (x_i - xbar(t_i)) - relative_i sum_{t at risk} hazard(t) (x_i - xbar(t))
  ///
  /// (Efron: means over the denominators of a time; its events leave the risk set in turn). It is linear in x:
  /// sum_i multiplier_i u_i(x) = sum_i direction_i x_i.
  ///
  /// multiplier, returns  by row; multiplier 1 gives point.residual
  /// cost      O(rows), times log n with delayed entry
  /// source    Therneau, Grambsch, Fleming 1990, Biometrika 77:147 (score residuals);
  ///           checked by tests/reference/screen_test
  [[nodiscard]] std::vector<double> score_direction(const CoxPoint& point,
                                                    std::span<const double> multiplier) const;
  /// Information times a column, by row: x'(result) is the information between x and the column. cost as above.
  [[nodiscard]] std::vector<double> multiply_information(const CoxPoint& point,
                                                         std::span<const double> column) const;

  /// u_i(x) of one column, by row: the score residuals, whose sum is the score. cost as above.
  [[nodiscard]] std::vector<double> score_residuals(const CoxPoint& point,
                                                    std::span<const double> column) const;
  /// The event times, stratum after stratum, ascending in each.
  [[nodiscard]] std::vector<double> event_times() const;
  /// Residuals and information with the part of each event time times `by_time`: the score and information of columns
  /// x by_time(t), which change with time. by_time: one number for each of event_times(). cost as above.
  [[nodiscard]] std::vector<double> weighted_residual(const CoxPoint& point,
                                                      std::span<const double> by_time) const;
  [[nodiscard]] std::vector<double> multiply_weighted_information(
      const CoxPoint& point, std::span<const double> column, std::span<const double> by_time) const;

  /// Baseline cumulative hazard at eta = 0 by Breslow's estimator; under Efron each tied event leaves the
  /// risk set in turn, consistent with the likelihood.
  /// source  Breslow 1972, J. R. Statist. Soc. B 34:216; Therneau and Grambsch 2000, section 10.2
  [[nodiscard]] CoxBaseline baseline(const CoxPoint& point) const;
  /// What the variance of a risk needs beside the coefficients' covariance, at each event time of a stratum,
  /// summed over its denominators: variance = sum weight / S^2, mean = sum weight * xbar / S (times x k).
  struct BaselineMoments {
    std::vector<double> variance, mean;
  };
  [[nodiscard]] BaselineMoments
  baseline_moments(Index stratum, const CoxPoint& point, std::span<const double> columns) const;

private:
  struct EventTime {
    double time = 0.0;
    Index first = 0,
          tied_end = 0; ///< rows from `first` on have time >= t; events are [first, tied_end)
    double weight = 0.0;
    Index steps = 1; ///< denominators: 1 (Breslow), number of tied events (Efron)
  };
  struct Stratum {
    Index first_row = 0, end_row = 0, first_time = 0, end_time = 0;
    bool nested = true;     ///< no delayed entry
    bool one_factor = true; ///< nested, one denominator at each time
  };

  void find_event_times(const SurvivalOutcome& outcome, const CaseWeights& weights);
  void add_event_time(Index first, Index end, double time, const CaseWeights& weights);
  void evaluate_stratum(Index number, std::span<const double> eta, CoxPoint& point) const;
  /// Sum over the risk set at each event time of a stratum; values by row. Value: double or EightLanes.
  template <class Value>
  void
  risk_sums(const Stratum& stratum, std::span<const Value> by_row, std::span<Value> by_time) const;
  /// Sum over the event times at which a row is at risk, leaving out its own event.
  void hazard_sums(const Stratum& stratum,
                   std::span<const double> by_time,
                   std::span<double> by_row) const;
  /// Adds to each row what the risk-set means of the column, times a factor of (event time, mean), give back to it.
  template <class Factor>
  void spread_means(const Stratum& stratum,
                    const CoxPoint& point,
                    std::span<const double> column,
                    const Factor& factor,
                    std::span<double> out) const;
  /// Two factors: gives (place, z) of P and of N to the two takers. Value: double or EightLanes.
  template <class Value, class Positive, class Negative>
  void visit_means(const StratumCurvature& curvature,
                   std::span<const Value> values,
                   const Positive& take_positive,
                   const Negative& take_negative) const;

  Ties ties_;
  Index subjects_in_cohort_;
  std::vector<Index> subject_, stratum_label_, level_;
  std::vector<double> weight_, offset_;
  std::vector<std::uint8_t> event_;
  std::vector<Index> first_time_,
      end_time_; ///< event times at which a row is at risk: [first, end)
  std::vector<EventTime> event_time_;
  std::vector<Stratum> stratum_;
  double total_weight_ = 0.0, event_weight_ = 0.0;
  Index events_ = 0;
};

} // namespace vigil::survival
