// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/forest/cut_sums.hpp"
#include "vigil/forest/left_side.hpp"
#include "vigil/forest/stratified_variance.hpp"
#include "vigil/forest/survival_rows.hpp"
#include "vigil/forest/value_rows.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace vigil::forest {

/// Least numbers on each side of a cut.
struct LeafLimits {
  Index subjects = 5, events = 3;
};

/// What event times weigh: k = S(t-)^early (1 - S(t-))^late, with the Kaplan-Meier curve of the node; exponents 0 or 1.
struct TimeWeights {
  bool early = false, late = false;

  [[nodiscard]] constexpr double at_survival(double survival) const {
    return (early ? survival : 1.0) * (late ? 1.0 - survival : 1.0);
  }
};

/// The constants of a node for log-rank statistics, by one pass over its rows in time order.
///
/// With u_i the weight of a row (times drawn, and sampling weights where these differ), D_j and Y_j the weight of the
/// events and of those at risk at the node's event time t_j, s_i the sampling weight of a copy and N the copies,
///
///   H(t)   = sum_{t_j <= t} D_j / Y_j,   M_i = event_i - H(T_i),   sum u_i M_i = 0
///   U      = sum_L u_i M_i                 the log-rank numerator, exact with ties
///   V_perm = N_L (N - N_L) / (N (N - 1)) sum_i copies_i s_i^2 M_i^2
///   V      = sum_j v_j p_j (1 - p_j),   p_j = Y_Lj / Y_j,   v_j = D_j (Y_j - D_j) / (Y_j - 1)
///
/// With sampling weights that differ v_j = D_j (1 - D_j / Y_j), and V is multiplied by sum u^2 M^2 / sum u M^2, the
/// design factor of the node. Scores are kept as whole numbers of a power of two that the node chooses (51 bits for the
/// sum of their absolute values), and add up to zero.
///
/// Delayed entry: M_i = event_i - (H(T_i) - H(entry_i)), and a row counts in Y after its entry. Strata: D, Y and H are those of
/// the row's stratum, V is the sum over strata and their event times, V_perm that of StratifiedVariance; scores add up to
/// zero in each stratum.
///
/// Where event times weigh k_j (Fleming, Harrington 1991), M_i = k event_i - sum_{t_j <= T_i} k_j D_j / Y_j, and v_j is
/// multiplied by k_j^2.
///
/// Where events weigh e_i (SurvivalRows::event_weight), with D_j and Q_j the sums of u_i e_i and u_i e_i^2 over the events at t_j,
///
///   M_i = e_i - sum_{t_j <= T_i} D_j / Y_j,   v_j = (Y_j Q_j - D_j^2) / (Y_j - 1)
///
/// the variance of sum_L u_i e_i among all ways to give the events at t_j to those at risk. With weights w_c of causes this is
/// sum_c w_c^2 v_cj less 2 w_c w_c' D_cj D_c'j / (Y_j - 1) for each pair of causes at one time, as a subject has one of them.
///
/// Rows of values (value_rows) have M_i = value_i - mean of the node (of its stratum) instead, V_perm from these, and no V.
///
/// source  Hothorn, Lausen 2003 (permutation variance of log-rank scores); Mantel 1966; checked by
///         tests/unit/forest/survival_node_test, competing_node_test, tests/reference/forest_test
class SurvivalNode {
public:
  /// What strata are for: comparisons within them, or not at all where a curve of all rows is wanted.
  enum class Strata { apart, together };
  /// A leaf has events, counts and weights; what cuts are compared by is left out.
  enum class Purpose { cuts, leaf };
  /// rows: numbers of rows of `all`, ascending; copies: of every row of `all`. All must stay while the node is used.
  void look_at(const SurvivalRows& all,
               std::span<const std::uint32_t> copies,
               std::span<const std::uint32_t> rows,
               Strata strata = Strata::apart,
               Purpose purpose = Purpose::cuts);
  /// The same rows of the same fit, with other copies of each, or with times weighed.
  void look_at(const SurvivalNode& other, std::span<const std::uint32_t> copies);
  void look_at(const SurvivalNode& other, const TimeWeights& times);

  [[nodiscard]] std::span<const std::uint32_t> rows() const noexcept { return rows_; }
  [[nodiscard]] std::span<const CutSums> sums() const noexcept { return sums_; }
  [[nodiscard]] std::span<const double> weights() const noexcept {
    return weight_;
  } ///< u, by place
  /// What V is multiplied by where sampling weights differ, else 1.
  [[nodiscard]] double design() const noexcept { return design_; }
  /// sum u_i Q_j / Y_j to each row's time, by place, where events weigh: what U varies by to the first order. Else empty.
  [[nodiscard]] std::span<const double> expected() const noexcept { return expected_; }
  /// Whether some rows are not at risk from the first of events() on: late entries, or strata apart.
  [[nodiscard]] bool has_ranges() const noexcept { return !ranges_.empty(); }
  [[nodiscard]] SideCounts counts() const noexcept { return counts_; }
  /// No cut can say anything: no event, or a single copy, or all scores zero.
  [[nodiscard]] bool flat() const noexcept { return !(scores_.squares > 0.0); }

  /// U in real units.
  [[nodiscard]] double numerator(std::int64_t score) const {
    return static_cast<double>(score) * unit_;
  }
  /// Of a node with strata apart, else empty.
  [[nodiscard]] const StratifiedVariance& stratified() const noexcept { return stratified_; }
  /// U^2 / V_perm of a cut with these on the left, 0 < copies < N; not with strata apart.
  [[nodiscard]] double permutation_gain(std::int64_t score, Index copies) const {
    const auto value = static_cast<double>(score);
    return value * value * inverse_[at(copies)];
  }
  /// Those of sums() alone; of a node without strata apart.
  [[nodiscard]] std::span<const std::int64_t> place_scores() const noexcept { return units_; }
  /// 1 / V_perm by copies on the left, in squared units of the scores; at 0 nothing.
  [[nodiscard]] std::span<const double> inverse_variance() const noexcept { return inverse_; }
  /// What U^2 / V_perm is multiplied by to be a sum of squares: sum copies s^2 M^2 / (N - 1).
  [[nodiscard]] double square_per_gain() const {
    return scores_.squares / static_cast<double>(counts_.copies() - 1);
  }
  /// V of a cut of a column's ranks. cost: one pass.
  [[nodiscard]] double exact_variance(std::span<const std::uint16_t> ranks,
                                      std::uint16_t cut,
                                      bool missing_left,
                                      std::vector<double>& scratch) const;

  struct EventTime {
    Index first = 0;          ///< place in rows() of the first of this time or later
    std::uint32_t number = 0; ///< of the time in SurvivalRows::event_time
    double weight = 1.0;      ///< k
    double hazard = 0.0;      ///< D / Y
    double at_risk = 0.0;     ///< Y
    double factor = 0.0;      ///< k^2 v / Y^2
  };
  /// Ascending; with strata apart those of one stratum after another.
  [[nodiscard]] std::span<const EventTime> events() const noexcept { return events_; }

private:
  /// The events, by place in events(), at which a row is at risk.
  struct EventRange {
    std::uint32_t enter, leave;
  };
  [[nodiscard]] EventTime
  event_time(std::uint32_t number, double died, double at_risk, double k) const;
  struct EventSums { ///< u e, u e^2 of the events at a time
    double weights = 0.0, squares = 0.0;

    void add(double weight, double of_event) {
      weights += weight * of_event;
      squares += weight * of_event * of_event;
    }
  };
  template <bool weighted>
  void take_residuals(const SurvivalRows& all, double at_risk);
  [[nodiscard]] EventTime
  weighted_event_time(std::uint32_t number, EventSums sums, double at_risk, double k) const;
  struct
      ScoreSums { ///< over the rows: u M^2, |u M|, the largest of these and its place, the first of equals
    double squares = 0.0, sizes = 0.0, largest_size = 0.0;
    std::size_t largest = 0;
  };
  struct Remainder { ///< what rounding leaves of a sum of scores that is zero, and who takes it
    std::int64_t total = 0;
    std::size_t largest = 0;
  };
  void take_residual(std::size_t place, double event_weight, double hazard, ScoreSums& of_scores);
  void list_events(const SurvivalRows& all, bool apart);
  void take_ranges(const SurvivalRows& all, bool apart);
  template <bool weighted>
  void take_residuals_of_ranges();
  void take_residuals_of_values(const SurvivalRows& all, bool apart);
  [[nodiscard]] double variance_to_time(const LeftSide& side, std::vector<double>& scratch) const;
  [[nodiscard]] double variance_of_ranges(const LeftSide& side, std::vector<double>& scratch) const;
  void take_design(const SurvivalRows& all);
  void take_stratified(const SurvivalRows& all);
  void take_scores();
  void take_inverse();

  std::span<const std::uint32_t> rows_;
  std::vector<std::uint32_t> moment_; ///< by place
  std::vector<CutSums> sums_;
  std::vector<double> weight_;      ///< u, by place
  std::vector<double> score_;       ///< u M, by place
  std::vector<std::int64_t> units_; ///< by place
  std::vector<double>
      inverse_; ///< of V_perm, by copies on the left, in squared units of the scores
  std::vector<EventTime> events_;
  std::vector<double> died_;       ///< by place in events_
  std::vector<EventRange> ranges_; ///< by place; empty: from the first event to the row's time
  std::vector<std::uint32_t> stratum_start_; ///< where events of each stratum begin, and the end
  std::vector<std::uint32_t> next_;          ///< by stratum
  std::vector<double> hazard_;               ///< before each place in events_, and at the end
  std::vector<EventSums> event_sums_;        ///< by instant, or by place in events_
  std::vector<double>
      squares_; ///< sums of Q / Y, up to each instant, or before each place in events_
  std::vector<double> expected_;     ///< by place
  std::vector<Remainder> remainder_; ///< by stratum
  std::vector<ValueMean> mean_;      ///< by stratum, of values
  SideCounts counts_;
  ScoreSums scores_;
  double unit_ = 0.0, design_ = 1.0;
  bool whole_weights_ = true; ///< u are times drawn
  TimeWeights times_ = {};
  StratifiedVariance stratified_;
  const SurvivalRows* all_ = nullptr; ///< these and copies_ as look_at was given them
  std::span<const std::uint32_t> copies_;
  Strata strata_ = Strata::apart;
};

} // namespace vigil::forest
