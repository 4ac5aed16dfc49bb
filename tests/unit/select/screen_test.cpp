// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/select/multiple_testing.hpp"
#include "vigil/select/screen.hpp"
#include "vigil/survival/cox_fit.hpp"
#include "vigil/survival/efficient_score.hpp"

#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/near.hpp"
#include "tests/support/survival_case.hpp"
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

namespace vigil::select {
namespace {

using test::SurvivalCase;

struct Screener {
  Scheduler scheduler{2};
  FitContext context{scheduler};
  Screen operator()(SurvivalCase& made, const ScreenOptions& options) {
    return screen(made.data(), CaseWeights::ones(made.subjects), options, RandomKey(9), context);
  }
};

SurvivalCase small_case(Index subjects = 60) {
  SurvivalCase made(RandomKey(12), subjects, 19, 2);
  made.block_features = 5;
  for (Index i = 0; i < subjects; ++i) {
    made.stratum.push_back(i % 2);
  }
  return made;
}

/// Adjusted p by falling |z| with all draws at hand: drawn[test][draw] = |z*|.
std::vector<double> plain_max_t(const Screen& tests,
                                const std::vector<std::vector<double>>& drawn) {
  std::vector<double> p(tests.column.size(), std::nan(""));
  double reached = 0.0;
  for (const Index place : tests.order()) {
    const double observed = std::fabs(tests.z[at(place)]);
    double count = 0.0;
    for (std::size_t draw = 0; draw < drawn.front().size(); ++draw) {
      double largest = 0.0;
      for (std::size_t other = 0; other < drawn.size(); ++other) {
        const bool below = std::fabs(tests.z[other]) <= observed;
        largest = below ? std::max(largest, drawn[other][draw]) : largest;
      }
      count += largest >= observed * (1.0 - 1e-6) ? 1.0 : 0.0;
    }
    reached = std::max(reached, (1.0 + count) / (1.0 + static_cast<double>(drawn.front().size())));
    p[at(place)] = reached;
  }
  return p;
}

// The draws from the contributions of single rows, with multipliers of the documented address.
void expect_multipliers(SurvivalCase& made, const std::vector<Index>& label_of_subject) {
  constexpr Index draws = 60;
  Screener run;
  const Screen result = run(made, {.draws = draws});
  const survival::CoxLikelihood likelihood(
      made.survival, CaseWeights::ones(made.subjects), made.stratum, {}, survival::Ties::breslow);
  std::vector<double> clinical = made.clinical[0];
  clinical.insert(clinical.end(), made.clinical[1].begin(), made.clinical[1].end());
  const auto fit = survival::fit_cox(likelihood, clinical);
  const survival::EfficientScore score(
      likelihood, fit.point, survival::gather_rows(likelihood, clinical, 2));
  const Index rows = likelihood.rows();
  std::vector<std::vector<double>> contribution(19, std::vector<double>(at(rows)));
  for (Index row = 0; row < rows; ++row) {
    std::vector<double> one(at(rows), 0.0);
    one[at(row)] = 1.0;
    const auto direction = score.direction(one);
    for (Index marker = 0; marker < 19; ++marker) {
      for (Index other = 0; other < rows; ++other) {
        const auto place = marker * made.subjects + likelihood.subjects()[at(other)];
        contribution[at(marker)][at(row)] +=
            direction[at(other)] * static_cast<double>(made.marker_values[at(place)]);
      }
    }
  }
  std::map<Index, Index> number; // labels in the order of their first row
  std::vector<Index> label;
  for (const Index subject : likelihood.subjects()) {
    label.push_back(
        number.try_emplace(label_of_subject[at(subject)], static_cast<Index>(number.size()))
            .first->second);
  }
  double squares = 0.0, residuals = 0.0;
  const bool exact = number.size() <= 512;
  for (Index probe = 0; probe < (exact ? static_cast<Index>(number.size()) : 512); ++probe) {
    RandomStream stream(RandomKey(9).child("screen").child("probe").child(probe));
    std::vector<double> normal, multiplier;
    for (std::size_t each = 0; each < number.size(); ++each) {
      normal.push_back(stream.normal());
    }
    for (const Index of_row : label) {
      multiplier.push_back(exact ? (of_row == probe ? 1.0 : 0.0) : normal[at(of_row)]);
    }
    for (const double value : score.direction(multiplier)) {
      squares += value * value / (exact ? 1.0 : 512.0);
    }
  }
  for (const double residual : fit.point.residual) {
    residuals += residual * residual;
  }
  const double deviation = std::sqrt(residuals / squares);
  EXPECT_GT(deviation, exact ? 1.0 : 0.99);
  EXPECT_LT(deviation, 1.15);
  std::vector<std::vector<double>> drawn(19, std::vector<double>(at(draws)));
  for (Index draw = 0; draw < draws; ++draw) {
    RandomStream stream(RandomKey(9).child("screen").child("draw").child(draw));
    std::vector<double> normal;
    for (std::size_t each = 0; each < number.size(); ++each) {
      normal.push_back(stream.normal());
    }
    for (Index marker = 0; marker < 19; ++marker) {
      double sum = 0.0;
      for (Index row = 0; row < rows; ++row) {
        sum += normal[at(label[at(row)])] * contribution[at(marker)][at(row)];
      }
      drawn[at(marker)][at(draw)] = std::fabs(deviation * sum * result.se[at(marker)]);
    }
  }
  EXPECT_EQ(result.max_t, plain_max_t(result, drawn));
  EXPECT_LT(*std::min_element(result.max_t.begin(), result.max_t.end()), 0.1);
  EXPECT_EQ(result.reads, 2);
}

TEST(Screen, DrawsMaximaByMultipliersOfSubjects) {
  SurvivalCase made = small_case();
  std::vector<Index> label;
  for (Index i = 0; i < 60; ++i) {
    label.push_back(i);
  }
  expect_multipliers(made, label);
}

// Beyond 512 subjects the deviation of the draws is estimated.
TEST(Screen, DrawsMaximaByMultipliersOfManySubjects) {
  SurvivalCase made = small_case(530);
  std::vector<Index> label;
  for (Index i = 0; i < 530; ++i) {
    label.push_back(i);
  }
  expect_multipliers(made, label);
}

TEST(Screen, DrawsOneMultiplierForAGroup) {
  SurvivalCase made = small_case();
  for (Index i = 0; i < 60; ++i) {
    made.group.push_back(i / 3);
  }
  expect_multipliers(made, made.group);
}

// A permutation draw is the screen of the permuted columns.
TEST(Screen, DrawsMaximaByPermutationWithinStratumAndCentre) {
  constexpr Index draws = 12;
  SurvivalCase made = small_case();
  for (Index i = 0; i < 60; ++i) {
    made.centre.push_back(i % 3);
  }
  Screener run;
  const Screen result = run(made, {.draws = draws, .permute = true});
  const survival::CoxLikelihood likelihood(
      made.survival, CaseWeights::ones(60), made.stratum, {}, survival::Ties::breslow);
  const auto rows = likelihood.subjects();
  std::vector<std::vector<Index>> members; // rows of a cell, cells in the order of their first row
  std::map<std::pair<Index, Index>, std::size_t> number;
  for (Index row = 0; row < 60; ++row) {
    const Index i = rows[at(row)];
    const auto [found, fresh] =
        number.try_emplace({made.stratum[at(i)], made.centre[at(i)]}, members.size());
    if (fresh) {
      members.emplace_back();
    }
    members[found->second].push_back(row);
  }
  std::vector<std::vector<double>> drawn(19, std::vector<double>(at(draws)));
  for (Index draw = 0; draw < draws; ++draw) {
    RandomStream stream(RandomKey(9).child("screen").child("draw").child(draw));
    SurvivalCase permuted = made;
    for (const auto& among : members) {
      std::vector<Index> from = among;
      for (Index last = size_of(from) - 1; last > 0; --last) {
        std::swap(from[at(last)], from[at(stream.index_below(last + 1))]);
      }
      for (std::size_t place = 0; place < among.size(); ++place) {
        for (Index marker = 0; marker < 19; ++marker) {
          permuted.marker_values[at(marker * 60 + rows[at(among[place])])] =
              made.marker_values[at(marker * 60 + rows[at(from[place])])];
        }
      }
    }
    const Screen other = run(permuted, {.draws = 0});
    for (Index marker = 0; marker < 19; ++marker) {
      drawn[at(marker)][at(draw)] = std::fabs(other.z[at(marker)]);
    }
  }
  EXPECT_EQ(result.max_t, plain_max_t(result, drawn));
}

TEST(Screen, AdjustsOverThoseThatHaveATest) {
  SurvivalCase made = small_case();
  const auto set = [&](Index marker, const auto& value) {
    for (Index i = 0; i < 60; ++i) {
      made.marker_values[at(marker * 60 + i)] = static_cast<float>(value(i));
    }
  };
  set(4, [](Index) { return 7.5; });
  set(5, [&](Index i) { return made.clinical[0][at(i)] + 100.0; }); // rounded to single precision
  set(6, [&](Index i) { return made.stratum[at(i)]; });
  set(7, [](Index) { return std::nan(""); });
  Screener run;
  const Screen result = run(made, {.draws = 20});
  EXPECT_EQ(result.tests(), 15);
  EXPECT_EQ(result.why_undefined(4), "constant");
  EXPECT_EQ(result.why_undefined(5), "collinear with the clinical columns");
  EXPECT_EQ(result.why_undefined(6), "the same for all who are at risk together");
  EXPECT_EQ(result.why_undefined(7), "constant");
  EXPECT_EQ(result.why_undefined(8), "");
  for (const Index place : {4, 5, 6, 7}) {
    for (const auto* values : {&result.estimate, &result.z, &result.p, &result.bh, &result.max_t}) {
      EXPECT_TRUE(std::isnan((*values)[at(place)]));
    }
  }
  EXPECT_EQ(result.adjusted, (std::vector<Index>{19, 20}));
  const auto order = result.order();
  EXPECT_EQ((std::vector<Index>{order.end() - 4, order.end()}), (std::vector<Index>{4, 5, 6, 7}));
  // The first three markers carry the signal.
  EXPECT_LT(order.front(), 3);
  const auto expect_same = [](const std::vector<double>& one, const std::vector<double>& other) {
    ASSERT_EQ(one.size(), other.size()); // bytes: some are NaN
    EXPECT_EQ(std::memcmp(one.data(), other.data(), one.size() * sizeof(double)), 0);
  };
  expect_same(result.bh, benjamini_hochberg(result.p));
  expect_same(result.by, adjust_p(result.p).by);
  expect_same(result.storey, adjust_p(result.p).storey);
  EXPECT_TRUE(std::isnan(result.weighted.front()));
  EXPECT_NEAR(result.z[0], result.estimate[0] / result.se[0], test::rounding(result.z[0], 4));
}

TEST(Screen, FillsMissingCellsFromThoseThatAreThere) {
  SurvivalCase made = small_case(), filled = small_case();
  std::vector<float> known;
  for (Index i = 0; i < 60; ++i) {
    float& cell = made.marker_values[at(60 + i)];
    if (i % 7 == 0) {
      cell = std::nanf("");
    } else {
      known.push_back(cell);
    }
  }
  std::sort(known.begin(), known.end());
  ASSERT_EQ(known.size(), 51U);
  for (Index i = 0; i < 60; i += 7) {
    filled.marker_values[at(60 + i)] = known[25];
  }
  Screener run;
  const Screen result = run(made, {.draws = 30}), expected = run(filled, {.draws = 30});
  EXPECT_EQ(result.z, expected.z);
  EXPECT_EQ(result.max_t, expected.max_t);
  const auto fault = test::fault_of<InputError>(
      [&] { static_cast<void>(run(made, {.preparation = {.impute = "none"}})); });
  EXPECT_NE(fault.where.find("m1"), std::string::npos);
}

TEST(Screen, IsUndefinedWithoutANullModel) {
  Screener run;
  SurvivalCase made = small_case();
  std::fill(made.survival.event.begin(), made.survival.event.end(), std::uint8_t{0});
  Screen result = run(made, {});
  EXPECT_TRUE(result.undefined());
  EXPECT_EQ(result.why_undefined(0), "no events");
  EXPECT_EQ(result.tests(), 0);
  EXPECT_TRUE(std::isnan(result.p[0]) && std::isnan(result.max_t[0]) &&
              std::isnan(result.null_share));
  made.survival.event[0] = made.survival.event[1] = 1;
  result = run(made, {});
  EXPECT_EQ(result.undefined_because, "2 events for 2 clinical columns");
  SurvivalCase separated(RandomKey(3), 60, 4, 1);
  for (Index i = 0; i < 60; ++i) {
    separated.clinical[0][at(i)] = separated.survival.event[at(i)];
    separated.survival.time[at(i)] += separated.survival.event[at(i)] == 0 ? 100.0 : 0.0;
  }
  result = run(separated, {});
  EXPECT_NE(result.undefined_because.find("run away"), std::string::npos);
}

TEST(Screen, RefusesWhatItCannotDo) {
  Screener run;
  SurvivalCase made = small_case();
  const auto where = [&](const ScreenOptions& options) {
    return test::fault_of<ConfigError>([&] { static_cast<void>(run(made, options)); }).where;
  };
  EXPECT_EQ(where({.draws = -1}), "draws");
  EXPECT_EQ(where({.level = 1.0}), "level");
  made.group.assign(60, 0);
  EXPECT_EQ(where({.permute = true}), "permutations");
  SurvivalCase causes = small_case();
  causes.draw_causes(RandomKey(1));
  EXPECT_THROW(static_cast<void>(run(causes, {})), ConfigError);
}

} // namespace
} // namespace vigil::select
