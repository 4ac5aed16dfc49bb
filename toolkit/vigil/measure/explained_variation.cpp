// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/measure/explained_variation.hpp"

#include "vigil/measure/cox_slope.hpp"
#include "vigil/measure/evaluation_rows.hpp"
#include "vigil/numeric/order.hpp"
#include "vigil/numeric/tail.hpp"

#include <cmath>
#include <numbers>

namespace vigil::measure {

namespace {

/// Mean of the normal scores of the ranks that tied scores share; a subject drawn twice takes two ranks.
std::vector<double> normal_scores(const EvaluationRows& rows,
                                  const CaseWeights& weights,
                                  std::span<const double> score) {
  const auto drawn = [&](Index row) { return Index{weights.times(rows.subject[at(row)])}; };
  Index count = 0;
  for (Index row = 0; row < rows.rows(); ++row) {
    count += drawn(row);
  }
  const auto order = ascending_order(score);
  std::vector<double> z(score.size());
  Index rank = 0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    double sum = 0.0;
    Index tied = 0;
    for (; last < order.size() && score[at(order[last])] == score[at(order[first])]; ++last) {
      for (Index copy = 0; copy < drawn(order[last]); ++copy, ++tied) {
        ++rank;
        sum += normal_quantile((static_cast<double>(rank) - 0.375) /
                               (static_cast<double>(count) + 0.25));
      }
    }
    for (; first < last; ++first) {
      z[at(order[first])] = sum / static_cast<double>(tied);
    }
  }
  return z;
}

struct Scores {
  EvaluationRows rows;
  Column score;
};

/// What drawing subject i once more does to the slope through the ranks of all others, as a gradient:
///   SUM_j (d slope / d z_j) (d z_j / d u_j) {1(score_i < score_j) + 1(score_i = score_j)/2 - p_j} / (n + 1/4)
///   p_j the share of subjects below j, ties half; it is centred, so that the gradient keeps sum zero.
void add_rank_term(const Evaluation& evaluation,
                   const Scores& scores,
                   std::span<const double> z,
                   std::span<const double> by_z,
                   std::vector<double>& gradient) {
  const DenseRanks ranks = dense_ranks(scores.score.value);
  const double count = times_drawn(evaluation, scores.rows);
  std::vector<double> pull(at(ranks.levels), 0.0), drawn(at(ranks.levels), 0.0);
  for (Index row = 0; row < scores.rows.rows(); ++row) {
    const double density =
        std::exp(-0.5 * z[at(row)] * z[at(row)]) / std::sqrt(2.0 * std::numbers::pi);
    pull[at(ranks.rank[at(row)])] += by_z[at(row)] / density;
    drawn[at(ranks.rank[at(row)])] +=
        static_cast<double>(evaluation.weights.times(scores.rows.subject[at(row)]));
  }
  double below = 0.0, mean = 0.0;
  for (Index level = 0; level < ranks.levels; ++level) {
    mean += pull[at(level)] * (below + 0.5 * drawn[at(level)]) / count;
    below += drawn[at(level)];
  }
  std::vector<double> above(pull.size(), 0.0);
  double reached = 0.0;
  for (Index level = ranks.levels - 1; level >= 0; --level) {
    above[at(level)] = reached + 0.5 * pull[at(level)];
    reached += pull[at(level)];
  }
  for (Index row = 0; row < scores.rows.rows(); ++row) {
    const double sampling = evaluation.weights.sampling(scores.rows.subject[at(row)]);
    gradient[at(row)] +=
        scores.rows.total / sampling * (above[at(ranks.rank[at(row)])] - mean) / (count + 0.25);
  }
}

Scores scores_of(const Evaluation& evaluation) {
  Scores scores{.rows = evaluation_rows(evaluation), .score = {}};
  if (scores.rows.problem.empty()) {
    scores.score = score_column(evaluation, scores.rows);
  } else {
    scores.score.problem = scores.rows.problem;
  }
  return scores;
}

} // namespace

RoystonD fit_royston_d(const Evaluation& evaluation, survival::Ties ties) {
  RoystonD result;
  const Scores scores = scores_of(evaluation);
  std::string problem = scores.score.problem;
  CoxSlope slope;
  std::vector<double> z;
  if (problem.empty()) {
    z = normal_scores(scores.rows, evaluation.weights, scores.score.value);
    slope = fit_slope(scores.rows, evaluation.weights, z, ties);
    problem = slope.problem;
  }
  if (!problem.empty()) {
    result.d = undefined(problem);
    result.r2 = undefined(problem);
    return result;
  }
  add_rank_term(evaluation, scores, z, slope.by_x, slope.gradient);
  const double kappa = std::sqrt(8.0 / std::numbers::pi);
  const double error = std::numbers::pi * std::numbers::pi / 6.0;
  const double signal = slope.value * slope.value;
  result.d = {.value = kappa * slope.value,
              .influence = influence_from(evaluation, scores.rows, slope.gradient)};
  result.r2 = {.value = signal / (error + signal), .influence = result.d.influence};
  const double slope_of_r2 = 2.0 * slope.value * error / ((error + signal) * (error + signal));
  for (std::size_t i = 0; i < result.d.influence.size(); ++i) {
    result.r2.influence[i] *= slope_of_r2;
    result.d.influence[i] *= kappa;
  }
  result.wald_se = kappa * slope.wald_se;
  return result;
}

Estimate royston_d(const Evaluation& evaluation) {
  return fit_royston_d(evaluation).d;
}

Estimate r2_d(const Evaluation& evaluation) {
  return fit_royston_d(evaluation).r2;
}

Estimate goenen_heller(const Evaluation& evaluation) {
  const Scores scores = scores_of(evaluation);
  if (!scores.score.problem.empty()) {
    return undefined(scores.score.problem);
  }
  const auto& score = scores.score.value;
  const auto& weight = scores.rows.weight;
  // By row, per unit of its weight: the pairs with the others, and with its own copies, which tie.
  std::vector<double> concordant(score.size(), 0.0), pairs(score.size(), 0.0);
  double all_concordant = 0.0, all_pairs = 0.0;
  for (Index i = 0; i < scores.rows.rows(); ++i) {
    const double copies = weight[at(i)] - evaluation.weights.sampling(scores.rows.subject[at(i)]);
    concordant[at(i)] += 0.5 * copies;
    pairs[at(i)] += copies;
    for (Index j = 0; j < i; ++j) {
      const double pair = 1.0 / (1.0 + std::exp(-std::fabs(score[at(i)] - score[at(j)])));
      concordant[at(i)] += weight[at(j)] * pair;
      concordant[at(j)] += weight[at(i)] * pair;
      pairs[at(i)] += weight[at(j)];
      pairs[at(j)] += weight[at(i)];
    }
  }
  for (Index i = 0; i < scores.rows.rows(); ++i) {
    all_concordant += 0.5 * weight[at(i)] * concordant[at(i)];
    all_pairs += 0.5 * weight[at(i)] * pairs[at(i)];
  }
  if (!(all_pairs > 0.0)) {
    return undefined("no pair of subjects");
  }
  const double value = all_concordant / all_pairs;
  std::vector<double> gradient;
  for (std::size_t row = 0; row < score.size(); ++row) {
    gradient.push_back(scores.rows.total * (concordant[row] - value * pairs[row]) / all_pairs);
  }
  return {.value = value, .influence = influence_from(evaluation, scores.rows, gradient)};
}

Estimate kent_oquigley_r2(const Evaluation& evaluation) {
  const Scores scores = scores_of(evaluation);
  if (!scores.score.problem.empty()) {
    return undefined(scores.score.problem);
  }
  const auto& rows = scores.rows;
  if (!(rows.total > 1.0)) {
    return undefined("fewer than two subjects");
  }
  double mean = 0.0, squares = 0.0;
  for (Index row = 0; row < rows.rows(); ++row) {
    mean += rows.weight[at(row)] * scores.score.value[at(row)] / rows.total;
  }
  for (Index row = 0; row < rows.rows(); ++row) {
    const double gap = scores.score.value[at(row)] - mean;
    squares += rows.weight[at(row)] * gap * gap;
  }
  const double variance = squares / (rows.total - 1.0);
  const double error = std::numbers::pi * std::numbers::pi / 6.0;
  const double slope = error / ((error + variance) * (error + variance));
  std::vector<double> gradient;
  for (Index row = 0; row < rows.rows(); ++row) {
    const double gap = scores.score.value[at(row)] - mean;
    gradient.push_back(slope * (gap * gap - squares / rows.total) * rows.total /
                       (rows.total - 1.0));
  }
  return {.value = variance / (error + variance),
          .influence = influence_from(evaluation, rows, gradient)};
}

namespace {

/// Cox's model of the score, or why there is none.
struct SlopeOfScore {
  EvaluationRows rows;
  CoxSlope slope = {};
  std::string problem = {};

  [[nodiscard]] double likelihood_ratio() const {
    return 2.0 * (slope.log_likelihood - slope.null_log_likelihood);
  }
};

SlopeOfScore slope_of_score(const Evaluation& evaluation) {
  Scores scores = scores_of(evaluation);
  SlopeOfScore result{.rows = std::move(scores.rows)};
  result.problem = scores.score.problem;
  if (result.problem.empty()) {
    result.slope =
        fit_slope(result.rows, evaluation.weights, scores.score.value, survival::Ties::efron);
    result.problem = result.slope.problem;
  }
  return result;
}

} // namespace

Estimate nagelkerke_r2(const Evaluation& evaluation) {
  const SlopeOfScore fitted = slope_of_score(evaluation);
  if (!fitted.problem.empty()) {
    return undefined(fitted.problem);
  }
  const double n = fitted.rows.total;
  return {.value = std::expm1(-fitted.likelihood_ratio() / n) /
                   std::expm1(2.0 * fitted.slope.null_log_likelihood / n)};
}

Estimate oquigley_xu_stare_r2(const Evaluation& evaluation) {
  const SlopeOfScore fitted = slope_of_score(evaluation);
  if (!fitted.problem.empty()) {
    return undefined(fitted.problem);
  }
  double events = 0.0;
  for (Index row = 0; row < fitted.rows.rows(); ++row) {
    events += fitted.rows.ending[at(row)] == Ending::event ? fitted.rows.weight[at(row)] : 0.0;
  }
  return {.value = -std::expm1(-fitted.likelihood_ratio() / events)};
}

} // namespace vigil::measure
