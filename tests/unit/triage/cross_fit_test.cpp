// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/random.hpp"
#include "vigil/triage/cross_fit.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace vigil::triage {
namespace {

constexpr double horizon = 5.0;

/// x_1 .. x_k are uniform with mean 0 and variance 1, so that nobody is nearly sure of an arm; treated with probability 1 / (1 + exp(-0.6 x_1)); hazard 0.12 exp(0.6 x_1 - 0.5 A); leaves with hazard 0.05.
TreatedCohort drawn(Index subjects, Index columns, const RandomKey& key) {
  RandomStream draw(key);
  TreatedCohort cohort;
  std::vector<double> x(at(subjects * columns));
  for (Index i = 0; i < subjects; ++i) {
    for (Index column = 0; column < columns; ++column) {
      x[at(column * subjects + i)] = std::sqrt(3.0) * (2.0 * draw.uniform() - 1.0);
    }
    const double first = x[at(i)];
    const bool treat = draw.uniform() < 1.0 / (1.0 + std::exp(-0.6 * first));
    const double event = draw.exponential() / (0.12 * std::exp(0.6 * first - (treat ? 0.5 : 0.0)));
    const double leaves = draw.exponential() / 0.05;
    cohort.treated.push_back(treat ? 1 : 0);
    cohort.outcome.time.push_back(std::min(event, leaves));
    cohort.outcome.event.push_back(event <= leaves ? 1 : 0);
  }
  for (ModelColumns* model : {&cohort.risk, &cohort.propensity}) {
    model->value = x;
    model->columns = columns;
    model->name.assign(at(columns), "x");
  }
  return cohort;
}

std::vector<Index> dealt(Index subjects, Index folds) {
  std::vector<Index> fold_of;
  for (Index i = 0; i < subjects; ++i) {
    fold_of.push_back(i % folds + 1);
  }
  return fold_of;
}

/// E[1 - exp(-0.6 exp(0.6 x - 0.5 a))], x uniform, by the midpoint rule.
double true_risk(bool treated) {
  constexpr int steps = 10000;
  double total = 0.0;
  for (int k = 0; k < steps; ++k) {
    const double x = std::sqrt(3.0) * (2.0 * (k + 0.5) / steps - 1.0);
    total += -std::expm1(-0.6 * std::exp(0.6 * x - (treated ? 0.5 : 0.0))) / steps;
  }
  return total;
}

/// The rows of a cohort that `keep` names.
TreatedCohort part_of(const TreatedCohort& cohort, const std::vector<Index>& keep) {
  TreatedCohort part;
  for (const Index i : keep) {
    part.outcome.time.push_back(cohort.outcome.time[at(i)]);
    part.outcome.event.push_back(cohort.outcome.event[at(i)]);
    part.treated.push_back(cohort.treated[at(i)]);
  }
  const auto take = [&keep](const ModelColumns& from) {
    ModelColumns to{.value = {}, .columns = from.columns, .name = from.name};
    for (Index column = 0; column < from.columns; ++column) {
      for (const Index i : keep) {
        to.value.push_back(from.at_subject(i, column));
      }
    }
    return to;
  };
  part.risk = take(cohort.risk);
  part.propensity = take(cohort.propensity);
  if (cohort.censoring.columns > 0) {
    part.censoring = take(cohort.censoring);
  }
  return part;
}

/// What the models of a fold say of its subjects is what models of the other rows alone say: risks, probabilities of the arms, weights of censoring.
TEST(CrossFit, ModelsAreThoseOfTheOtherRows) {
  TreatedCohort cohort = drawn(240, 2, RandomKey(5).child("rows"));
  cohort.censoring = cohort.risk;
  std::vector<std::uint32_t> times;
  std::vector<Index> others;
  for (Index i = 0; i < 240; ++i) {
    times.push_back(i % 3 == 0 ? 0 : 1);
    if (i % 3 != 0) {
      others.push_back(i);
    }
  }
  const TreatmentModels without(cohort, {}, CaseWeights::ones(240).with_times(std::move(times)));
  const TreatmentModels part(part_of(cohort, others), {});
  constexpr double solver = 1e-9; // the same fits from sums in another order
  for (const bool treated : {false, true}) {
    const auto all = without.cumulative_hazard(treated, horizon);
    const auto own = part.cumulative_hazard(treated, horizon);
    const auto scores = augmented_scores(without, treated, horizon);
    const auto own_scores = augmented_scores(part, treated, horizon);
    for (std::size_t place = 0; place < others.size(); ++place) {
      const auto i = others[place];
      EXPECT_NEAR(all[at(i)], own[place], test::relative(own[place], solver, "see there"));
      EXPECT_NEAR(without.arm_probability(i, treated),
                  part.arm_probability(static_cast<Index>(place), treated),
                  test::relative(1.0, solver, "see there"));
      EXPECT_NEAR(scores[at(i)], own_scores[place], test::relative(1.0, solver, "see there"));
    }
  }
}

/// No censoring, treatment alone in the models: e of the other fold is its share, Q_a by hand from Breslow's baseline.
TEST(CrossFit, ByHandWithTwoFolds) {
  TreatedCohort cohort = drawn(400, 1, RandomKey(6).child("hand"));
  std::fill(cohort.outcome.event.begin(), cohort.outcome.event.end(), std::uint8_t{1});
  cohort.risk = {};
  cohort.propensity.value.assign(400, 1.0); // constant: the intercept alone
  const auto fold_of = dealt(400, 2);
  const CrossFit cross(cohort, {}, fold_of);
  const auto found = cross.scores(true, horizon);
  for (Index fold = 1; fold <= 2; ++fold) {
    double share = 0.0, others = 0.0;
    std::vector<Index> rest;
    for (Index i = 0; i < 400; ++i) {
      if (fold_of[at(i)] != fold) {
        share += cohort.treated[at(i)];
        others += 1.0;
        rest.push_back(i);
      }
    }
    share /= others;
    TreatedCohort part = part_of(cohort, rest);
    const TreatmentModels models(part, {});
    const double q = -std::expm1(-models.cumulative_hazard(true, horizon).front());
    for (Index i = 0; i < 400; ++i) {
      if (fold_of[at(i)] == fold) {
        const double event = cohort.outcome.time[at(i)] <= horizon ? 1.0 : 0.0;
        const double expected = q + (cohort.treated[at(i)] != 0 ? (event - q) / share : 0.0);
        EXPECT_NEAR(found[at(i)], expected, test::relative(1.0, 1e-9, "Newton's last step"));
      }
    }
  }
}

/// What happened to a subject is not read by the models that judge it: its score follows from its own outcome alone.
TEST(CrossFit, NobodyIsJudgedByModelsThatSawIt) {
  TreatedCohort cohort = drawn(300, 2, RandomKey(7).child("blind"));
  const auto fold_of = dealt(300, 3);
  const auto before = CrossFit(cohort, {}, fold_of).scores(false, horizon);
  for (Index i = 0; i < 300; ++i) { // everything of fold 2 but its columns
    if (fold_of[at(i)] == 2) {
      cohort.treated[at(i)] = 1;
    }
  }
  const auto after = CrossFit(cohort, {}, fold_of).scores(false, horizon);
  Index changed = 0;
  for (Index i = 0; i < 300; ++i) {
    if (fold_of[at(i)] == 2) {
      const double q =
          after[at(i)]; // nobody of the arm: the risk that the models without the fold predict
      EXPECT_TRUE(q > 0.0 && q < 1.0);
    } else {
      changed += before[at(i)] != after[at(i)] ? 1 : 0;
    }
  }
  EXPECT_EQ(changed, 200); // their models saw fold 2
}

/// Of 200 cohorts with many columns for few events, intervals of 95 % hold the truth as often as they say, within 3 standard errors.
TEST(CrossFit, IntervalsCoverTheTruth) {
  constexpr Index cohorts = 200;
  const double truth = true_risk(true) - true_risk(false);
  double covered = 0.0, total = 0.0, variance = 0.0, squares = 0.0;
  for (Index number = 0; number < cohorts; ++number) {
    const auto cohort = drawn(400, 8, RandomKey(8).child("cover").child(number));
    const CrossFit cross(cohort, {}, dealt(400, 5));
    const auto found = difference(mean_score(cross.scores(true, horizon)),
                                  mean_score(cross.scores(false, horizon)));
    covered += std::fabs(found.value - truth) <= 1.959963984540054 * found.se() ? 1.0 : 0.0;
    total += found.value - truth;
    squares += (found.value - truth) * (found.value - truth);
    variance += found.se() * found.se();
  }
  const double share = covered / cohorts, bias = total / cohorts;
  RecordProperty("covered", std::to_string(share));
  EXPECT_NEAR(share, 0.95, test::monte_carlo(std::sqrt(0.95 * 0.05 / cohorts)));
  EXPECT_NEAR(bias, 0.0, test::monte_carlo(std::sqrt(squares / cohorts / cohorts)));
  EXPECT_NEAR(std::sqrt(variance / squares), 1.0, 0.15); // the spread of 200 is known to 5 %
}

TEST(CrossFit, SaysWithoutWhichFoldAModelFails) {
  TreatedCohort cohort = drawn(120, 1, RandomKey(9).child("fold"));
  const auto fold_of = dealt(120, 2);
  for (Index i = 0; i < 120; ++i) { // in fold 2 the column tells the arms apart
    if (fold_of[at(i)] == 2) {
      cohort.propensity.value[at(i)] =
          cohort.treated[at(i)] != 0 ? 3.0 + 0.01 * static_cast<double>(i) : -3.0;
    }
  }
  try {
    const CrossFit cross(cohort, {}, fold_of);
    FAIL() << "fold 2 alone separates the arms";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("fitted without fold 1 of 2"), std::string::npos);
  }
}

} // namespace
} // namespace vigil::triage
