// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Measures whose weights come from Cox's model of censoring: their influence values are the derivatives by the case
// weights, the model refitted each time.
#include "vigil/base/random.hpp"
#include "vigil/measure/measure.hpp"

#include <gtest/gtest.h>

#include "tests/support/measure_case.hpp"
#include "tests/support/near.hpp"
#include <cmath>

namespace vigil::measure {
namespace {

using test::MeasureCase;

constexpr Index subjects = 120;
constexpr double horizon = 9.0;

/// Two columns, of which censoring depends on both; times on a grid of halves, so that ties occur.
struct Drawn {
  std::vector<double> time, code, score;
  survival::CensoringCovariates covariates{.value = std::vector<double>(at(2 * subjects)),
                                           .columns = 2};

  explicit Drawn(int causes) {
    RandomStream stream(RandomKey(7).child("modelled censoring"));
    for (Index i = 0; i < subjects; ++i) {
      const double first = stream.normal(), second = stream.uniform() < 0.4 ? 1.0 : 0.0;
      covariates.value[at(i)] = first;
      covariates.value[at(subjects + i)] = second;
      score.push_back(std::round(4.0 * (first + stream.normal())) / 4.0);
      const double failure = -12.0 * std::exp(-0.7 * score.back()) * std::log1p(-stream.uniform());
      const double censoring =
          -16.0 * std::exp(-0.5 * first - 0.8 * second) * std::log1p(-stream.uniform());
      const bool other = causes > 1 && stream.uniform() < 0.4;
      time.push_back(0.5 * std::ceil(2.0 * std::min(failure, censoring) + 1e-9));
      code.push_back(failure > censoring ? 0.0 : (other ? 2.0 : 1.0));
    }
  }
  [[nodiscard]] MeasureCase example() const {
    MeasureCase result(time, code);
    std::vector<double> risk;
    const std::vector<double> curve_times = {1.0, 4.0, 9.0};
    RiskTable curves = undefined_risk(subjects, curve_times);
    const auto risk_by = [&](Index i, double t) {
      return -std::expm1(-0.05 * t * std::exp(0.8 * score[at(i)]));
    };
    for (Index i = 0; i < subjects; ++i) {
      risk.push_back(risk_by(i, horizon));
      for (Index k = 0; k < 3; ++k) {
        curves.at_horizon(k)[at(i)] = risk_by(i, curves.horizon[at(k)]);
      }
    }
    result.score(score).risk(horizon, risk).curves(curves).threshold(0.35);
    result.censoring_by(covariates);
    return result;
  }
};

class Modelled : public ::testing::TestWithParam<const char*> {};

TEST_P(Modelled, InfluenceIsTheDerivativeByTheWeights) {
  for (const int causes : {1, 2}) {
    const Drawn drawn(causes);
    MeasureCase example = drawn.example();
    std::vector<std::uint32_t> times(at(subjects), 1);
    std::vector<double> sampling;
    double drawn_rows = 0.0;
    for (Index i = 0; i < subjects; ++i) {
      times[at(i)] = i % 11 == 0 ? 2 : 1;
      drawn_rows += times[at(i)];
      sampling.push_back(0.75 + 0.5 * static_cast<double>(i % 3));
    }
    const CaseWeights weights = CaseWeights::ones(subjects).with_times(times);
    const Entry& measure = find(GetParam());
    const auto value_with = [&](const std::vector<double>& given) {
      example.weights(weights.with_sampling(given));
      return measure.evaluate(example.evaluation());
    };
    const Estimate found = value_with(sampling);
    ASSERT_EQ(found.undefined_because, "");
    double largest = 0.0;
    for (const double psi : found.influence) {
      largest = std::max(largest, std::fabs(psi));
    }
    for (Index i = 0; i < subjects; i += 7) {
      constexpr double step = 1e-4;
      auto up = sampling, down = sampling;
      up[at(i)] += step;
      down[at(i)] -= step;
      const double slope = (value_with(up).value - value_with(down).value) / (2.0 * step);
      const double psi = drawn_rows * sampling[at(i)] * slope / times[at(i)];
      EXPECT_NEAR(found.influence[at(i)], psi, 1e-5 * largest) << causes << " causes, row " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Measures,
                         Modelled,
                         ::testing::Values("auc",
                                           "auc_event_free_controls",
                                           "brier",
                                           "ipa",
                                           "ibs",
                                           "log_score",
                                           "oe_ratio",
                                           "net_benefit",
                                           "net_benefit_treat_all",
                                           "actions_avoided",
                                           "uno_c"),
                         [](const auto& measure) { return std::string(measure.param); });

// The definition, pair by pair.
TEST(Modelled, PairsWeighByTheSurvivalOfBothSubjectsAtTheTimeOfTheEvent) {
  for (const int causes : {1, 2}) {
    const Drawn drawn(causes);
    MeasureCase example = drawn.example();
    const Evaluation evaluation = example.evaluation();
    const auto before = [&](Index i, double t) {
      return evaluation.censoring.survival_before(i, t);
    };
    double concordant = 0.0, comparable = 0.0;
    for (Index i = 0; i < subjects; ++i) {
      const double t = drawn.time[at(i)];
      for (Index j = 0; j < subjects && drawn.code[at(i)] == 1.0 && t <= horizon; ++j) {
        const double s = drawn.time[at(j)];
        double weight = 0.0;
        if (s > t || (s == t && drawn.code[at(j)] == 0.0)) {
          weight = 1.0 / (before(i, t) * before(j, t));
        } else if (drawn.code[at(j)] == 2.0) {
          weight = 1.0 / (before(i, t) * before(j, s));
        }
        const double gap = drawn.score[at(i)] - drawn.score[at(j)];
        concordant += weight * (gap > 0.0 ? 1.0 : gap == 0.0 ? 0.5 : 0.0);
        comparable += weight;
      }
    }
    const double expected = concordant / comparable;
    EXPECT_NEAR(find("uno_c").evaluate(evaluation).value,
                expected,
                test::relative(expected, 1e-12, "sums in another order"))
        << causes;
  }
}

} // namespace
} // namespace vigil::measure
