// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// combat.csv: sva 3.46.0 iterated to the fixed point, made by make_combat.R; reference_values.csv: sva as it is.
#include "vigil/base/text.hpp"
#include "vigil/learn/combat.hpp"

#include <gtest/gtest.h>

#include "tests/support/combat_case.hpp"
#include "tests/support/csv.hpp"
#include "tests/support/near.hpp"
#include "tests/support/reference.hpp"
#include <cmath>
#include <map>

namespace vigil {
namespace {

using test::CombatCase;

/// The matrix of reference_values.csv: six markers, two batches of six.
CombatCase two_batches(bool with_covariate) {
  CombatCase made;
  for (int g = 1; g <= 6; ++g) {
    made.marker.emplace_back();
    for (int i = 1; i <= 12; ++i) {
      made.marker.back().push_back(std::sin(1.3 * g + 0.7 * i) + 0.4 * g +
                                   (i > 6 ? 0.8 * std::cos(g) : 0.0));
    }
  }
  made.clinical.emplace_back();
  for (int i = 0; i < 12; ++i) {
    made.batch.push_back(i / 6);
    made.clinical.back().push_back(i % 2);
  }
  if (!with_covariate) {
    made.clinical.clear();
  }
  return made;
}

/// Nine markers, batches of 4, 7 and 9 subjects, two covariates.
CombatCase three_batches() {
  CombatCase made;
  made.clinical.resize(2);
  for (int i = 1; i <= 20; ++i) {
    made.batch.push_back(i <= 4 ? 0 : i <= 11 ? 1 : 2);
    made.clinical[0].push_back(std::cos(i));
    made.clinical[1].push_back(i % 2);
  }
  for (int g = 1; g <= 9; ++g) {
    made.marker.emplace_back();
    for (int i = 1; i <= 20; ++i) {
      const double batch = static_cast<double>(made.batch[at(i - 1)]) + 1.0;
      made.marker.back().push_back((1.0 + 0.3 * batch) * std::sin(g * i + 0.2 * i * i) +
                                   0.1 * g * i + std::cos(g * batch));
    }
  }
  return made;
}

void expect_table(CombatCase& made,
                  const std::string& name,
                  const CombatOptions& options,
                  const CaseWeights& weights) {
  Scheduler scheduler(2);
  const Combat combat = Combat::fit(made.data(), weights, options, scheduler);
  const auto corrected = made.correct(combat, scheduler);
  Index seen = 0;
  for (const auto& row : test::read_csv(std::string(VIGIL_REFERENCE) + "/combat.csv")) {
    if (row[0] != name) {
      continue;
    }
    const auto marker = static_cast<std::size_t>(std::stoi(row[1]) - 1);
    const auto subject = static_cast<std::size_t>(std::stoi(row[2]) - 1);
    const double expected = std::stod(row[3]);
    EXPECT_NEAR(corrected[marker][subject], expected, 1e-11 * std::max(1.0, std::fabs(expected)))
        << name << " " << marker << " " << subject; // sums in another order, two fixed points
    ++seen;
  }
  EXPECT_EQ(seen, size_of(made.marker) * made.subjects());
}

TEST(ReferenceCombat, GivesTheValuesOfSva) {
  auto plain = two_batches(false);
  expect_table(plain, "two", {.batch = "batch"}, CaseWeights::ones(12));
  auto covariate = two_batches(true);
  expect_table(
      covariate, "covariate", {.batch = "batch", .covariates = {"c1"}}, CaseWeights::ones(12));
}

TEST(ReferenceCombat, GivesTheValuesOfSvaWithThreeBatches) {
  auto made = three_batches();
  expect_table(
      made, "three", {.batch = "batch", .covariates = {"c1", "c2"}}, CaseWeights::ones(20));
}

// A subject drawn twice is the subject twice.
TEST(ReferenceCombat, CountsDrawnSubjectsAsSvaCountsTheirCopies) {
  auto made = three_batches();
  std::vector<std::uint32_t> times;
  for (int i = 1; i <= 20; ++i) {
    times.push_back(i % 3 == 0 ? 2 : 1);
  }
  expect_table(made,
               "drawn",
               {.batch = "batch", .covariates = {"c1"}},
               CaseWeights::ones(20).with_times(times));
}

// sva stops at a change of 1e-4 in the priors' iteration, about 1e-7 of these values away from the fixed point.
TEST(ReferenceCombat, IsWithinTheStoppingRuleOfSva) {
  Scheduler scheduler(2);
  const auto value = [&](bool with_covariate, int marker, int subject) {
    auto made = two_batches(with_covariate);
    CombatOptions options{.batch = "batch"};
    if (with_covariate) {
      options.covariates = {"c1"};
    }
    const Combat combat = Combat::fit(made.data(), CaseWeights::ones(12), options, scheduler);
    return made.correct(combat, scheduler)[at(marker - 1)][at(subject - 1)];
  };
  const auto expected = [](const char* method, const char* arguments) {
    return test::reference_value(method, "sva", "synthetic sin matrix", arguments);
  };
  const auto near = [](double of) {
    return test::relative(of, 1e-7, "sva stops at a relative change of 1e-4");
  };
  const double first = expected("ComBat parametric, element [1,1]",
                                "X[g,i]=sin(1.3g+0.7i)+0.4g+0.8*(i>6)cos(g); batches 6+6");
  EXPECT_NEAR(value(false, 1, 1), first, near(first));
  const double last = expected("ComBat parametric, element [6,12]", "same");
  EXPECT_NEAR(value(false, 6, 12), last, near(last));
  const double with =
      expected("ComBat parametric with covariate, element [3,7]", "mod=alternating 0/1");
  EXPECT_NEAR(value(true, 3, 7), with, near(with));
}

} // namespace
} // namespace vigil
