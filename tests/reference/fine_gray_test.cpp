// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Fine and Gray's regression against cmprsk 2.2-11: rows of reference_values.csv, and tests/reference/make_fine_gray.R.
#include "vigil/survival/fine_gray.hpp"

#include <gtest/gtest.h>

#include "tests/support/dataset.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include <cmath>
#include <string>
#include <vector>

namespace vigil::survival {
namespace {

/// Patients of mgus2 with mspike, creat and hgb.
struct Complete {
  CompetingRisksOutcome outcome{
      .entry = {}, .time = {}, .cause = {}, .cause_names = {"pcm", "death"}};
  std::vector<double> mspike = {}, age = {}, hgb = {};

  Complete() {
    const auto data = test::read_dataset("mgus2");
    const auto spike = data.numbers("mspike"), creat = data.numbers("creat"),
               blood = data.numbers("hgb"), years = data.numbers("age"),
               progressed = data.numbers("pstat"), died = data.numbers("death"),
               to_progression = data.numbers("ptime"), to_death = data.numbers("futime");
    for (std::size_t i = 0; i < spike.size(); ++i) {
      if (std::isnan(spike[i]) || std::isnan(creat[i]) || std::isnan(blood[i])) {
        continue;
      }
      const bool first = progressed[i] == 1.0;
      outcome.time.push_back(first ? to_progression[i] : to_death[i]);
      outcome.cause.push_back(static_cast<std::uint8_t>(first ? 1 : died[i] == 1.0 ? 2 : 0));
      mspike.push_back(spike[i]);
      age.push_back(years[i]);
      hgb.push_back(blood[i]);
    }
  }
  [[nodiscard]] std::vector<double> columns(bool with_blood) const {
    std::vector<double> x = mspike;
    x.insert(x.end(), age.begin(), age.end());
    if (with_blood) {
      x.insert(x.end(), hgb.begin(), hgb.end());
    }
    return x;
  }
};

TEST(FineGrayReference, ProgressionOfMgus2) {
  const Complete data;
  const auto fit = fit_fine_gray(
      data.outcome, CaseWeights::ones(size_of(data.mspike)), 1, data.columns(false), {});
  ASSERT_EQ(fit.status, CoxFitStatus::converged);
  const auto row = [](const char* method) {
    return test::reference_value(
        method, "cmprsk", "mgus2", "pcm ~ mspike+age (complete cases mspike,creat,hgb); mspike");
  };
  const double coefficient = row("Fine-Gray coefficient"), se = row("Fine-Gray robust SE");
  EXPECT_NEAR(
      fit.coefficient[0], coefficient, test::relative(coefficient, 1e-7, "crr stops early"));
  EXPECT_NEAR(std::sqrt(fit.covariance[0]), se, test::relative(se, 1e-7, "crr stops early"));
}

// Values of make_fine_gray.R, whose iterations stop at a gradient of 1e-12.
TEST(FineGrayReference, BothCausesOfMgus2) {
  struct Expected {
    Index cause;
    std::vector<double> coefficient, se;
    double log_likelihood, null, risk_60, risk_120;
  };
  const std::vector<Expected> both{{1,
                                    {0.9275765121884034, -0.0191992310994079, -0.0304053104179357},
                                    {0.15541764536468602, 0.00606873671533593, 0.04627045525780221},
                                    -748.553803751783,
                                    -768.375364557346,
                                    0.0408844726528131,
                                    0.0758923996891234},
                                   {2,
                                    {-0.1472888640940035, 0.0517622974088228, -0.0852342743628597},
                                    {0.06851737542663057, 0.00388944442546275, 0.02288056642210635},
                                    -5371.57669548579,
                                    -5529.37032180415,
                                    0.274591743992321,
                                    0.498149854500566}};
  const Complete data;
  const auto same = [](double expected) {
    return test::relative(expected, 1e-9, "order of summation, their last step");
  };
  for (const Expected& one : both) {
    const auto fit = fit_fine_gray(
        data.outcome, CaseWeights::ones(size_of(data.mspike)), one.cause, data.columns(true), {});
    double eta = 0.0;
    const double patient[] = {1.5, 70, 13};
    for (std::size_t j = 0; j < 3; ++j) {
      EXPECT_NEAR(fit.coefficient[j], one.coefficient[j], same(one.coefficient[j]));
      EXPECT_NEAR(std::sqrt(fit.covariance[4 * j]), one.se[j], same(one.se[j]));
      eta += fit.coefficient[j] * patient[j];
    }
    EXPECT_NEAR(fit.log_likelihood, one.log_likelihood, same(one.log_likelihood));
    EXPECT_NEAR(fit.null_log_likelihood, one.null, same(one.null));
    const auto risk = [&](double t) { return 1.0 - std::exp(-fit.baseline(t) * std::exp(eta)); };
    EXPECT_NEAR(risk(60), one.risk_60, same(one.risk_60));
    EXPECT_NEAR(risk(120), one.risk_120, same(one.risk_120));
  }
}

// Drawn twice is the row twice, and the two rows of a group are one.
TEST(FineGray, TimesDrawnAndGroups) {
  const Complete data;
  const Index subjects = 300;
  std::vector<std::uint32_t> times;
  CompetingRisksOutcome few{.entry = {}, .time = {}, .cause = {}, .cause_names = {"a", "b"}};
  CompetingRisksOutcome listed = few;
  std::vector<double> x, x_listed;
  std::vector<Index> group;
  for (Index i = 0; i < subjects; ++i) {
    times.push_back(static_cast<std::uint32_t>(i % 3));
    few.time.push_back(data.outcome.time[at(i)]);
    few.cause.push_back(data.outcome.cause[at(i)]);
    x.push_back(data.age[at(i)]);
    for (std::uint32_t copy = 0; copy < times.back(); ++copy) {
      listed.time.push_back(few.time.back());
      listed.cause.push_back(few.cause.back());
      x_listed.push_back(x.back());
      group.push_back(i);
    }
  }
  const auto drawn = fit_fine_gray(few, CaseWeights::ones(subjects).with_times(times), 1, x, {});
  const auto ones = CaseWeights::ones(size_of(x_listed));
  const auto rows = fit_fine_gray(listed, ones, 1, x_listed, {});
  EXPECT_NEAR(drawn.coefficient[0], rows.coefficient[0], 1e-11);
  EXPECT_NEAR(drawn.covariance[0], rows.covariance[0], 1e-12);
  std::vector<Index> own(at(subjects));
  for (Index i = 0; i < subjects; ++i) {
    own[at(i)] = i;
  }
  const auto grouped = fit_fine_gray(listed, ones, 1, x_listed, group);
  const auto together =
      fit_fine_gray(few, CaseWeights::ones(subjects).with_times(times), 1, x, own);
  EXPECT_NEAR(grouped.covariance[0], together.covariance[0], 1e-12);
  EXPECT_GT(std::fabs(grouped.covariance[0] - rows.covariance[0]), 1e-6);
}

TEST(FineGray, IsUndefinedOrDropsWithAReason) {
  const CompetingRisksOutcome none{
      .entry = {}, .time = {1, 2, 3}, .cause = {2, 0, 2}, .cause_names = {"a", "b"}};
  EXPECT_EQ(fit_fine_gray(none, CaseWeights::ones(3), 1, std::vector<double>{1, 2, 3}, {}).reason,
            "no events of the cause");
  const CompetingRisksOutcome late{
      .entry = {0, 1, 0}, .time = {1, 2, 3}, .cause = {1, 0, 2}, .cause_names = {"a", "b"}};
  EXPECT_EQ(fit_fine_gray(late, CaseWeights::ones(3), 1, std::vector<double>{1, 2, 3}, {}).reason,
            "delayed entry: the weights are not defined");
  const Complete data;
  auto x = data.columns(false);
  x.insert(x.end(), data.age.begin(), data.age.end());
  const auto fit = fit_fine_gray(data.outcome, CaseWeights::ones(size_of(data.age)), 1, x, {});
  EXPECT_EQ(fit.dropped, (std::vector<Index>{2}));
  EXPECT_EQ(fit.coefficient[2], 0.0);
}

} // namespace
} // namespace vigil::survival
