// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/base/random.hpp"
#include "vigil/triage/treatment_effect.hpp"
#include "vigil/triage/treatment_overlap.hpp"

#include <gtest/gtest.h>

#include "tests/support/near.hpp"
#include <array>
#include <cmath>
#include <vector>

namespace vigil::triage {
namespace {

constexpr double horizon = 5.0;

/// x is normal; treated with probability 1 / (1 + exp(-0.8 x)); hazard 0.1 exp(0.7 x - 0.5 A); leaves with hazard 0.05 exp(0.6 x).
/// `noise` has nothing to do with anything.
struct Draw {
  explicit Draw(Index subjects,
                RandomKey key,
                double treatment_slope = 0.8,
                double censoring_slope = 0.6) {
    RandomStream draw(key);
    for (Index i = 0; i < subjects; ++i) {
      x.push_back(draw.normal());
      noise.push_back(draw.normal());
      const bool treat = draw.uniform() < 1.0 / (1.0 + std::exp(-treatment_slope * x.back()));
      const double event =
          draw.exponential() / (0.1 * std::exp(0.7 * x.back() - (treat ? 0.5 : 0.0)));
      const double leaves = draw.exponential() / (0.05 * std::exp(censoring_slope * x.back()));
      treated.push_back(treat ? 1 : 0);
      outcome.time.push_back(std::min(event, leaves));
      outcome.event.push_back(event <= leaves ? 1 : 0);
    }
  }
  [[nodiscard]] TreatedCohort
  cohort(bool right_risk, bool right_propensity, bool right_censoring) const {
    TreatedCohort result{.outcome = outcome, .treated = treated};
    result.risk = {.value = right_risk ? x : noise, .columns = 1, .name = {"risk"}};
    result.propensity = {
        .value = right_propensity ? x : noise, .columns = 1, .name = {"propensity"}};
    if (right_censoring) {
      result.censoring = {.value = x, .columns = 1, .name = {"censoring"}};
    }
    return result;
  }
  SurvivalOutcome outcome;
  std::vector<std::uint8_t> treated;
  std::vector<double> x, noise;
};

/// E[1 - exp(-0.5 exp(0.7 x - 0.5 a))] by the trapezoidal rule.
double true_risk(bool treated) {
  double total = 0.0;
  constexpr double step = 0.01;
  for (int k = -800; k <= 800; ++k) {
    const double x = step * k;
    const double density = std::exp(-0.5 * x * x) / std::sqrt(2.0 * std::acos(-1.0));
    total += step * density * -std::expm1(-0.5 * std::exp(0.7 * x - (treated ? 0.5 : 0.0)));
  }
  return total;
}

/// Distance of an estimated difference from the true one, in its standard errors.
double off(const InfluencedRisk& untreated, const InfluencedRisk& treated) {
  const auto found = difference(treated, untreated);
  return std::fabs(found.value - (true_risk(true) - true_risk(false))) / found.se();
}

const Draw& large() {
  static const Draw draw(6000, RandomKey(21).child("large"));
  return draw;
}

InfluencedRisk augmented(const TreatmentModels& models, bool treated) {
  return mean_score(augmented_scores(models, treated, horizon));
}

template <class Estimator>
double off(const TreatmentModels& models, const Estimator& estimator) {
  return off(estimator(models, false, horizon), estimator(models, true, horizon));
}

double augmented_off(const TreatmentModels& models) {
  return off(augmented(models, false), augmented(models, true));
}

// All models right: every estimator is near the truth of the simulation.
TEST(TreatmentEffect, AllEstimatorsFindTheTruth) {
  const TreatmentModels models(large().cohort(true, true, true), {});
  EXPECT_LT(off(models, g_formula), 3.0);
  EXPECT_LT(off(models, iptw), 3.0);
  EXPECT_LT(augmented_off(models), 3.0);
}

// The outcome model wrong: the g-formula is, the augmented estimator is not.
TEST(TreatmentEffect, AugmentedSurvivesAWrongOutcomeModel) {
  const TreatmentModels models(large().cohort(false, true, true), {});
  EXPECT_GT(off(models, g_formula), 6.0);
  EXPECT_LT(augmented_off(models), 3.0);
}

// Propensity and censoring models wrong: inverse weights are, the augmented estimator is not.
TEST(TreatmentEffect, AugmentedSurvivesWrongWeights) {
  const TreatmentModels models(large().cohort(true, false, false), {});
  EXPECT_GT(off(models, iptw), 5.0);
  EXPECT_LT(augmented_off(models), 3.0);
}

// Where all models are right the martingale of censoring adds nothing on average.
TEST(TreatmentEffect, TheAugmentationHasMeanZero) {
  const TreatmentModels models(large().cohort(true, true, true), {});
  const auto mean = mean_score(models.censoring_augmentation(horizon));
  EXPECT_LT(std::fabs(mean.value), test::monte_carlo(mean.se()));
  EXPECT_GT(mean.se(), 0.0);
}

// Standard errors are the spread over cohorts, within a tenth (its own error is 5 % with 200 cohorts).
TEST(TreatmentEffect, StandardErrorsAreTheSpreadOverCohorts) {
  constexpr Index cohorts = 200;
  std::array<double, 4> total{}, squares{}, variance{};
  for (Index number = 0; number < cohorts; ++number) {
    const Draw draw(300, RandomKey(22).child("spread").child(number));
    const TreatmentModels models(draw.cohort(true, true, true), {});
    const std::array<InfluencedRisk, 4> found{
        difference(g_formula(models, true, horizon), g_formula(models, false, horizon)),
        difference(iptw(models, true, horizon), iptw(models, false, horizon)),
        difference(augmented(models, true), augmented(models, false)),
        difference(overlap_weighted(models, true, horizon),
                   overlap_weighted(models, false, horizon))};
    for (std::size_t kind = 0; kind < 4; ++kind) {
      total[kind] += found[kind].value;
      squares[kind] += found[kind].value * found[kind].value;
      variance[kind] += found[kind].se() * found[kind].se();
    }
  }
  const auto n = static_cast<double>(cohorts);
  for (std::size_t kind = 0; kind < 4; ++kind) {
    const double spread = std::sqrt((squares[kind] - total[kind] * total[kind] / n) / (n - 1.0));
    EXPECT_NEAR(std::sqrt(variance[kind] / n) / spread, 1.0, 0.15) << kind;
  }
}

// VanderWeele and Ding 2017: a risk ratio of 3.9 has the E-value 7.26 (their example).
TEST(TreatmentEffect, EValueOfThePublishedExample) {
  EXPECT_NEAR(e_value(3.9), 7.26, test::printed_digits(2));
  EXPECT_NEAR(e_value(1.0 / 3.9), e_value(3.9), 1e-12);
  EXPECT_EQ(e_value(1.0), 1.0);
}

TEST(TreatmentEffect, RowsByHand) {
  const InfluencedRisk untreated{.value = 0.4, .influence = {0.03, -0.03}};
  const InfluencedRisk treated{.value = 0.2, .influence = {0.0, 0.04}};
  const auto rows = effect_rows("iptw", untreated, treated, 5.0, 0.95);
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_NEAR(rows[0].se, 0.03 * std::sqrt(2.0), 1e-15);
  EXPECT_NEAR(rows[2].estimate, -0.2, 1e-15);
  EXPECT_NEAR(rows[2].se, std::hypot(0.03, 0.07), 1e-15);
  EXPECT_NEAR(rows[2].upper - rows[2].estimate, 1.959963984540054 * rows[2].se, 1e-14);
  EXPECT_NEAR(rows[3].estimate, 0.5, 1e-15);
  EXPECT_NEAR(rows[3].se, std::hypot(0.075, 0.2 + 0.075), 1e-14);
  EXPECT_NEAR(rows[3].e_value, 2.0 + std::sqrt(2.0), 1e-12);
  // exp(log 0.5 + 1.96 * 0.285) is below 1, at 0.874.
  EXPECT_NEAR(rows[3].e_value_limit, e_value(rows[3].upper), 1e-12);
}

// Groups of one leave the error; two rows that move together double it where two that do not add by squares.
TEST(TreatmentEffect, InfluenceOfGroupsByHand) {
  const InfluencedRisk risk{.value = 0.3, .influence = {0.01, 0.03, -0.02, -0.02}};
  const std::vector<Index> single{2, 0, 1, 3}, pairs{0, 0, 1, 1};
  EXPECT_NEAR(grouped(risk, single).se(), risk.se(), 1e-17);
  EXPECT_NEAR(grouped(risk, pairs).se(), 0.04 * std::sqrt(2.0), 1e-17);
  EXPECT_EQ(grouped(risk, pairs).value, 0.3);
}

TEST(TreatmentOverlap, RefusesArmsThatDoNotOverlap) {
  const Draw draw(300, RandomKey(23).child("apart"), 7.0);
  const TreatmentModels models(draw.cohort(true, true, false), {});
  const auto overlap = treatment_overlap(models, TargetPopulation::everybody);
  EXPECT_THROW(require_overlap(overlap, TargetPopulation::everybody), InputError);
  // 1 - P(own arm) gives weight to those in between alone, of whom there are some.
  EXPECT_NO_THROW(require_overlap(treatment_overlap(models, TargetPopulation::overlap),
                                  TargetPopulation::overlap));
  EXPECT_FALSE(overlap_warnings(overlap).empty());
}

// Either bound alone refuses.
TEST(TreatmentOverlap, EachBoundRefuses) {
  TreatmentOverlap overlap{.arms = {}, .share_between = 0.5, .balance = {}, .centres = {}};
  overlap.arms[0].effective_subjects = overlap.arms[1].effective_subjects = 20.0;
  EXPECT_NO_THROW(require_overlap(overlap, TargetPopulation::everybody));
  overlap.share_between = 0.49;
  EXPECT_THROW(require_overlap(overlap, TargetPopulation::everybody), InputError);
  EXPECT_NO_THROW(require_overlap(overlap, TargetPopulation::overlap));
  overlap.share_between = 1.0;
  overlap.arms[1].effective_subjects = 19.9;
  EXPECT_THROW(require_overlap(overlap, TargetPopulation::everybody), InputError);
  EXPECT_THROW(require_overlap(overlap, TargetPopulation::overlap), InputError);
}

// R02: nine events are too few, whichever arm; R01: nobody beyond the horizon.
TEST(TreatmentOverlap, RefusesArmsWithFewEvents) {
  TreatedCohort cohort;
  for (Index i = 0; i < 80; ++i) {
    cohort.treated.push_back(i < 40 ? 1 : 0);
    const bool event = i % 40 < (i < 40 ? 9 : 10);
    cohort.outcome.time.push_back(event ? 1.0 + 0.01 * static_cast<double>(i) : 8.0);
    cohort.outcome.event.push_back(event ? 1 : 0);
  }
  EXPECT_THROW(require_arms(cohort, horizon), InputError);
  cohort.outcome.time[20] = 2.0;
  cohort.outcome.event[20] = 1;
  EXPECT_NO_THROW(require_arms(cohort, horizon));
  EXPECT_THROW(require_arms(cohort, 8.5), InputError);
}

// Where censoring depends so strongly on a column that hardly anybody like some subject is seen until its time.
TEST(TreatmentOverlap, RefusesSubjectsThatWouldWeighAsTwenty) {
  const RandomKey key = RandomKey(25).child("censoring");
  const Draw usual(600, key), strong(600, key, 0.8, 3.0);
  EXPECT_NO_THROW(require_censoring(TreatmentModels(usual.cohort(true, true, true), {}), horizon));
  const TreatmentModels models(strong.cohort(true, true, true), {});
  EXPECT_THROW(require_censoring(models, horizon), InputError);
  EXPECT_NO_THROW(require_censoring(models, 0.01));
}

TEST(TreatmentOverlap, CentresWithOneArmAreNamed) {
  const std::vector<std::uint8_t> treated{1, 0, 1, 1, 0};
  const std::vector<Index> level{0, 0, 1, 1, no_index};
  const std::vector<std::string> names{"a", "b"};
  TreatmentOverlap overlap{.arms = {}, .share_between = 1.0, .balance = {}, .centres = {}};
  overlap.centres = centre_arms(treated, level, names);
  EXPECT_EQ(overlap.centres[0].untreated, 1);
  EXPECT_EQ(overlap.centres[1].treated, 2);
  const auto warnings = overlap_warnings(overlap);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0], "centres that treat everybody or nobody: b");
}

// A model that cannot be fitted is an error of the input, not a number.
TEST(TreatmentModels, RefusesColumnsThatSeparate) {
  Draw draw(100, RandomKey(24).child("separated"));
  for (std::size_t i = 0; i < draw.x.size(); ++i) {
    draw.treated[i] = draw.x[i] > 0.0 ? 1 : 0;
  }
  EXPECT_THROW(TreatmentModels(draw.cohort(true, true, false), {}), InputError);
}

} // namespace
} // namespace vigil::triage
