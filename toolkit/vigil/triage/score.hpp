// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/triage/rule.hpp"

#include <array>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vigil::triage {

/// Means over the first and the second half of a truth's draws. What is chosen on one half is scored on the other:
/// the best of noisy numbers is too good on the draws that chose it.
using HalfMeans = std::array<double, 2>;

/// The best that one could do, by what one may look at.
enum class Ceiling {
  attainable, ///< the rule learned from everything that can be observed
  clinical,   ///< the rule learned from clinical columns
  latent      ///< the expected difference itself, which nobody observes
};
inline constexpr Index ceilings = 3;

/// Difference in value (resect less observe) that a ceiling goes by, per subject, by the half that it was learned from.
struct CeilingRule {
  std::vector<HalfMeans> difference = {};
  std::string undefined_because = {}; ///< empty: defined
};

/// What is expected of each subject at one horizon, in one unit of value (quality-adjusted years).
struct ExpectedValues {
  std::vector<HalfMeans> observe = {}, resect = {};
  std::vector<double> difference_se =
      {}; ///< Monte-Carlo error of resect less observe over all draws
  CeilingRule attainable = {}, clinical = {};

  [[nodiscard]] Index subjects() const noexcept { return size_of(observe); }
  /// Resect less observe, over all draws.
  [[nodiscard]] double difference(Index subject) const;
};

/// What a referral to the board counts as.
enum class BoardAs {
  care,    ///< the treatment that the subject was given
  worst,   ///< the worse arm
  excluded ///< the subject is left out
};
inline constexpr std::array<BoardAs, 3> board_ways{
    BoardAs::care, BoardAs::worst, BoardAs::excluded};
[[nodiscard]] std::string_view name_of(BoardAs way) noexcept;

/// Decisions to score, one per subject of the expected values.
struct Decided {
  std::span<const Action> action;
  std::span<const Action> care; ///< observe or resect
  BoardAs board = BoardAs::care;
};

enum class ScoreKind {
  regret,
  regret_clinical,
  regret_latent,
  value,
  normalised_value,
  normalised_value_clinical,
  normalised_value_latent,
  gain,
  gain_clinical,
  gain_latent,
  wrong_direction,
  accuracy,
  board_share
};
/// Words of the tables: "regret", "wrong_direction".
[[nodiscard]] std::string_view name_of(ScoreKind kind) noexcept;

/// One score with two errors: over subjects, as if others had been drawn (it holds the Monte-Carlo error too), and over
/// the truth's draws with these subjects. All NaN with a reason where it is not defined.
struct Score {
  ScoreKind kind = ScoreKind::regret;
  double margin = std::numeric_limits<double>::quiet_NaN(); ///< NaN: does not depend on one
  double estimate = std::numeric_limits<double>::quiet_NaN();
  double se = std::numeric_limits<double>::quiet_NaN();
  double lower = std::numeric_limits<double>::quiet_NaN();
  double upper = std::numeric_limits<double>::quiet_NaN();
  double monte_carlo_se = std::numeric_limits<double>::quiet_NaN();
  double monte_carlo_lower = std::numeric_limits<double>::quiet_NaN();
  double monte_carlo_upper = std::numeric_limits<double>::quiet_NaN();
  Index subjects = 0; ///< that it rests on
  std::string undefined_because = {};
};

/// Scores of decisions against known expectations, for the listed subjects.
///
/// With o_h, r_h the values of a subject by halves h of the draws, d its difference over all draws, a its arm (0 observe,
/// 1 resect), and x_h(arm) = o_h or r_h; sums over the n listed subjects, means over h of "chosen on half h, scored on the
/// other half h'":
///
///   value             V = mean x_h'(a);  a board is the given arm, the worse arm by half h, or leaves the subject out
///   best constant     B: observe all or resect all, whichever is better on half h
///   ceiling           C = mean x_h'(1 where the ceiling's difference of half h is above 0)
///   regret            C - V, below 0 where the decisions are better than a learned ceiling
///   gain              C - B
///   normalised value  (V - B) / (C - B); not defined where the lower limit of the gain is not above 0
///   wrong direction   share of subjects whose arm loses more than the margin: (1 - 2a) d > margin
///   accuracy          among subjects with |d| > margin: share with a = [d > 0]
///   board share       of all listed subjects
///
/// limits     95 %: normal for values, regret and gain, Fieller's for the ratio, Wilson's for shares. Subjects are taken as
///            independent. Monte-Carlo errors: (d_se)^2 for differences, half differences for values, class
///            probabilities Phi((d - margin) / d_se) for shares; which arm a ceiling takes counts as fixed
/// returns    value, regret, gain, normalised value (NaN margin), then wrong_direction and accuracy for each margin, then
///            board_share
/// cost       O(n margins)
/// source     regret and value of a treatment rule: Manski 2004, Econometrica 72:1221; Fieller 1954; Wilson 1927
/// checked by tests/unit/triage/score_test, tests/reference/score_test
[[nodiscard]] std::vector<Score> score(const ExpectedValues& expected,
                                       const Decided& decided,
                                       std::span<const Index> subjects,
                                       std::span<const double> margins);

} // namespace vigil::triage
