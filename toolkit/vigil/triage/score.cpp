// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/triage/score.hpp"

#include "vigil/base/contract.hpp"
#include "vigil/numeric/sums.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/triage/score_estimates.hpp"

#include <cmath>

namespace vigil::triage {

namespace {

/// Whether to resect, by the half of the draws that chose it.
using Choice = std::array<bool, 2>;

double half_difference(const ExpectedValues& expected, Index subject, std::size_t half) {
  return expected.resect[at(subject)].at(half) - expected.observe[at(subject)].at(half);
}

/// Value of a choice: what one half chose is worth on the other.
double value_of(const ExpectedValues& expected, Index subject, const Choice& choice) {
  const auto& observe = expected.observe[at(subject)];
  const auto& resect = expected.resect[at(subject)];
  const double second = choice[0] ? resect[1] : observe[1];
  const double first = choice[1] ? resect[0] : observe[0];
  return 0.5 * (first + second);
}

/// Monte-Carlo variance of value_of: the two halves are independent means of half of the draws each.
double value_variance(const ExpectedValues& expected, Index subject, const Choice& choice) {
  const auto& observe = expected.observe[at(subject)];
  const auto& resect = expected.resect[at(subject)];
  const double second = choice[0] ? resect[1] : observe[1];
  const double first = choice[1] ? resect[0] : observe[0];
  return 0.25 * (first - second) * (first - second);
}

/// Monte-Carlo variance of sum over h of factor_h d_h' / 2, each half difference having twice the variance of d.
double difference_variance(const ExpectedValues& expected,
                           Index subject,
                           const std::array<double, 2>& factor) {
  const double se = expected.difference_se[at(subject)];
  return 0.5 * se * se * (factor[0] * factor[0] + factor[1] * factor[1]);
}

double one_if(bool condition) {
  return condition ? 1.0 : 0.0;
}

Choice decided_choice(const ExpectedValues& expected, const Decided& decided, Index subject) {
  const Action action = decided.action[at(subject)];
  if (action != Action::board) {
    return {action == Action::resect, action == Action::resect};
  }
  if (decided.board == BoardAs::care) {
    const bool resected = decided.care[at(subject)] == Action::resect;
    return {resected, resected};
  }
  return {half_difference(expected, subject, 0) < 0.0, half_difference(expected, subject, 1) < 0.0};
}

/// The listed subjects that count, with what was decided for each.
struct Scored {
  std::vector<Index> subject = {};
  std::vector<Choice> choice = {};
};

Scored scored_subjects(const ExpectedValues& expected,
                       const Decided& decided,
                       std::span<const Index> subjects) {
  Scored scored;
  for (const Index subject : subjects) {
    const bool referred = decided.action[at(subject)] == Action::board;
    if (!referred || decided.board != BoardAs::excluded) {
      scored.subject.push_back(subject);
      scored.choice.push_back(decided_choice(expected, decided, subject));
    }
  }
  return scored;
}

/// Whether resecting all is better than observing all, by each half.
Choice best_constant(const ExpectedValues& expected, std::span<const Index> subjects) {
  Choice choice{};
  for (std::size_t half = 0; half < 2; ++half) {
    std::vector<double> difference;
    difference.reserve(subjects.size());
    for (const Index subject : subjects) {
      difference.push_back(half_difference(expected, subject, half));
    }
    choice.at(half) = sum(difference) > 0.0;
  }
  return choice;
}

Choice ceiling_choice(const ExpectedValues& expected, Ceiling ceiling, Index subject) {
  if (ceiling == Ceiling::latent) {
    return {half_difference(expected, subject, 0) > 0.0,
            half_difference(expected, subject, 1) > 0.0};
  }
  const auto& rule = ceiling == Ceiling::attainable ? expected.attainable : expected.clinical;
  return {rule.difference[at(subject)][0] > 0.0, rule.difference[at(subject)][1] > 0.0};
}

constexpr std::array regrets{
    ScoreKind::regret, ScoreKind::regret_clinical, ScoreKind::regret_latent};
constexpr std::array normalised{ScoreKind::normalised_value,
                                ScoreKind::normalised_value_clinical,
                                ScoreKind::normalised_value_latent};
constexpr std::array gains{ScoreKind::gain, ScoreKind::gain_clinical, ScoreKind::gain_latent};

std::string why_undefined(const ExpectedValues& expected, Ceiling ceiling, bool nobody) {
  if (nobody) {
    return "no subjects";
  }
  return ceiling == Ceiling::attainable ? expected.attainable.undefined_because
         : ceiling == Ceiling::clinical ? expected.clinical.undefined_because
                                        : "";
}

Score value_score(const ExpectedValues& expected, const Scored& scored) {
  std::vector<double> values, variances;
  for (std::size_t i = 0; i < scored.subject.size(); ++i) {
    values.push_back(value_of(expected, scored.subject[i], scored.choice[i]));
    variances.push_back(value_variance(expected, scored.subject[i], scored.choice[i]));
  }
  return mean_score(ScoreKind::value, values, variances);
}

/// Regret, normalised value and gain of one ceiling.
std::vector<Score>
against_ceiling(const ExpectedValues& expected, const Scored& scored, Ceiling ceiling) {
  const auto place = static_cast<std::size_t>(ceiling);
  const std::array kinds{regrets.at(place), normalised.at(place), gains.at(place)};
  std::vector<Score> scores;
  if (const auto why = why_undefined(expected, ceiling, scored.subject.empty()); !why.empty()) {
    for (const ScoreKind kind : kinds) {
      scores.push_back({.kind = kind, .undefined_because = why});
    }
    return scores;
  }
  const Choice constant = best_constant(expected, scored.subject);
  const std::size_t n = scored.subject.size();
  std::vector<double> regret(n), gain(n), excess(n), regret_variance(n), gain_variance(n);
  std::vector<std::array<double, 2>> by_rule(n),
      by_ceiling(n); // beyond the constant, by choosing half
  for (std::size_t i = 0; i < n; ++i) {
    const Index subject = scored.subject[i];
    const Choice best = ceiling_choice(expected, ceiling, subject), rule = scored.choice[i];
    const double value = value_of(expected, subject, rule);
    const double most = value_of(expected, subject, best);
    const double least = value_of(expected, subject, constant);
    regret[i] = most - value;
    gain[i] = most - least;
    excess[i] = value - least;
    for (std::size_t half = 0; half < 2; ++half) {
      by_rule[i].at(half) = one_if(rule.at(half)) - one_if(constant.at(half));
      by_ceiling[i].at(half) = one_if(best.at(half)) - one_if(constant.at(half));
    }
    regret_variance[i] = difference_variance(
        expected, subject, {by_ceiling[i][0] - by_rule[i][0], by_ceiling[i][1] - by_rule[i][1]});
    gain_variance[i] = difference_variance(expected, subject, by_ceiling[i]);
  }
  const RatioTerms terms{excess, gain};
  const double ratio = ratio_of_means(terms);
  std::vector<double> ratio_variance(n);
  for (std::size_t i = 0; i < n; ++i) {
    ratio_variance[i] = difference_variance(
        expected,
        scored.subject[i],
        {by_rule[i][0] - ratio * by_ceiling[i][0], by_rule[i][1] - ratio * by_ceiling[i][1]});
  }
  return {mean_score(kinds[0], regret, regret_variance),
          ratio_score(kinds[1], terms, ratio_variance),
          mean_score(kinds[2], gain, gain_variance)};
}

/// Probabilities over the draws that a difference lies beyond the margin in the direction of the arm, and against it.
struct ClassChances {
  double right, wrong;
};

ClassChances class_chances(double difference, double se, double margin, bool resected) {
  const double gained = resected ? difference : -difference;
  if (!(se > 0.0)) {
    return {one_if(gained > margin), one_if(-gained > margin)};
  }
  return {normal_cdf((gained - margin) / se), normal_cdf((-gained - margin) / se)};
}

/// The arm that a class is compared with; the worse arm is that over all draws.
bool resected_by(const ExpectedValues& expected,
                 const Decided& decided,
                 const Scored& scored,
                 std::size_t place) {
  const Index subject = scored.subject[place];
  const bool worst =
      decided.action[at(subject)] == Action::board && decided.board == BoardAs::worst;
  return worst ? expected.difference(subject) < 0.0 : scored.choice[place][0];
}

Score wrong_direction(const ExpectedValues& expected,
                      const Decided& decided,
                      const Scored& scored,
                      double margin) {
  ShareSums sums{.total = size_of(scored.subject)};
  std::vector<double> variances;
  for (std::size_t i = 0; i < scored.subject.size(); ++i) {
    const Index subject = scored.subject[i];
    const bool resected = resected_by(expected, decided, scored, i);
    const double difference = expected.difference(subject);
    sums.count += (resected ? -difference : difference) > margin ? 1 : 0;
    const double wrong =
        class_chances(difference, expected.difference_se[at(subject)], margin, resected).wrong;
    variances.push_back(wrong * (1.0 - wrong));
  }
  const auto n = static_cast<double>(sums.total);
  sums.monte_carlo_variance = sum(variances) / (n * n);
  return share_score(ScoreKind::wrong_direction, margin, sums, "no subjects");
}

Score accuracy(const ExpectedValues& expected,
               const Decided& decided,
               const Scored& scored,
               double margin) {
  ShareSums sums;
  for (std::size_t i = 0; i < scored.subject.size(); ++i) {
    const double difference = expected.difference(scored.subject[i]);
    if (std::fabs(difference) > margin) {
      ++sums.total;
      sums.count += resected_by(expected, decided, scored, i) == (difference > 0.0) ? 1 : 0;
    }
  }
  const auto n = static_cast<double>(sums.total);
  const double share = static_cast<double>(sums.count) / n;
  std::vector<double> variances;
  for (std::size_t i = 0; i < scored.subject.size(); ++i) {
    const Index subject = scored.subject[i];
    const auto [right, wrong] = class_chances(expected.difference(subject),
                                              expected.difference_se[at(subject)],
                                              margin,
                                              resected_by(expected, decided, scored, i));
    const double influence = right * (1.0 - share) - wrong * share;
    variances.push_back(right * (1.0 - share) * (1.0 - share) + wrong * share * share -
                        influence * influence);
  }
  sums.monte_carlo_variance = sum(variances) / (n * n);
  return share_score(
      ScoreKind::accuracy, margin, sums, "no subject's difference lies beyond the margin");
}

Score board_share(const Decided& decided, std::span<const Index> subjects) {
  ShareSums sums{.total = size_of(subjects)};
  for (const Index subject : subjects) {
    sums.count += decided.action[at(subject)] == Action::board ? 1 : 0;
  }
  return share_score(
      ScoreKind::board_share, std::numeric_limits<double>::quiet_NaN(), sums, "no subjects");
}

} // namespace

double ExpectedValues::difference(Index subject) const {
  const auto &left = observe[at(subject)], &right = resect[at(subject)];
  return 0.5 * (right[0] + right[1]) - 0.5 * (left[0] + left[1]);
}

std::string_view name_of(BoardAs way) noexcept {
  constexpr std::array<std::string_view, 3> names{"care", "worst", "excluded"};
  return names.at(static_cast<std::size_t>(way));
}

std::string_view name_of(ScoreKind kind) noexcept {
  constexpr std::array<std::string_view, 13> names{"regret",
                                                   "regret_clinical",
                                                   "regret_latent",
                                                   "value",
                                                   "normalised_value",
                                                   "normalised_value_clinical",
                                                   "normalised_value_latent",
                                                   "gain",
                                                   "gain_clinical",
                                                   "gain_latent",
                                                   "wrong_direction",
                                                   "accuracy",
                                                   "board_share"};
  return names.at(static_cast<std::size_t>(kind));
}

std::vector<Score> score(const ExpectedValues& expected,
                         const Decided& decided,
                         std::span<const Index> subjects,
                         std::span<const double> margins) {
  VIGIL_EXPECTS(size_of(decided.action) == expected.subjects() &&
                size_of(decided.care) == expected.subjects());
  const Scored scored = scored_subjects(expected, decided, subjects);
  std::vector<Score> scores{value_score(expected, scored)};
  for (const Ceiling ceiling : {Ceiling::attainable, Ceiling::clinical, Ceiling::latent}) {
    const auto more = against_ceiling(expected, scored, ceiling);
    scores.insert(scores.end(), more.begin(), more.end());
  }
  for (const double margin : margins) {
    scores.push_back(wrong_direction(expected, decided, scored, margin));
    scores.push_back(accuracy(expected, decided, scored, margin));
  }
  scores.push_back(board_share(decided, subjects));
  return scores;
}

} // namespace vigil::triage
