// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// maximally_selected.csv: maxstat 0.7-25, with strata coin 1.4-2, p by 200,000 permutations; made by
// make_maximally_selected.R.
#include "vigil/numeric/order.hpp"
#include "vigil/survival/maximally_selected.hpp"

#include <gtest/gtest.h>

#include "tests/support/csv.hpp"
#include "tests/support/dataset.hpp"
#include "tests/support/near.hpp"
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace vigil::survival {
namespace {

struct Ranked {
  std::vector<double> values; ///< distinct, ascending
  std::vector<Index> rank;    ///< no_index: missing
};

template <class Value>
Ranked ranked(const std::vector<Value>& column, std::vector<Value>& distinct) {
  Ranked result;
  for (const Value& value : column) {
    if (value == value) {
      distinct.push_back(value);
    }
  }
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  for (const Value& value : column) {
    result.rank.push_back(value == value
                              ? std::lower_bound(distinct.begin(), distinct.end(), value) -
                                    distinct.begin()
                              : no_index);
  }
  return result;
}

TEST(MaximallySelected, IsThatOfMaxstatAndCoin) {
  const auto rows = test::read_csv(std::string(VIGIL_REFERENCE) + "/maximally_selected.csv");
  ASSERT_EQ(rows.size(), 9U);
  for (std::size_t row = 1; row < rows.size(); ++row) {
    const auto& fields = rows[row];
    const std::string name = fields[0] + " " + fields[1] + " " + fields[2];
    const auto data = test::read_dataset(fields[0]);
    SurvivalOutcome outcome;
    outcome.time = data.numbers("time");
    for (const double status : data.numbers("status")) { // lung: 1 and 2
      outcome.event.push_back(status == (fields[0] == "lung" ? 2.0 : 1.0) ? 1 : 0);
    }
    for (Index subject = 0; fields[2].empty() && subject < size_of(outcome.time); ++subject) {
      outcome.time[at(subject)] += static_cast<double>(subject + 1) / 1000.0; // maxstat: no ties
    }
    std::vector<double> values;
    const Ranked column = ranked(data.numbers(fields[1]), values);
    std::vector<Index> stratum;
    if (!fields[2].empty()) {
      std::vector<std::string> levels;
      stratum = ranked(data.text(fields[2]), levels).rank;
    }
    double statistic = 0.0, cut = 0.0, p = 0.0;
    ASSERT_TRUE(test::parse_number(fields[3], statistic) && test::parse_number(fields[4], cut) &&
                test::parse_number(fields[5], p));
    const auto found = selected_cut(
        outcome, CaseWeights::ones(size_of(outcome.time)), column.rank, {.stratum = stratum});
    ASSERT_EQ(found.undefined_because, "") << name;
    EXPECT_NEAR(found.statistic, statistic, test::relative(statistic, 1e-12, "sums of scores"))
        << name;
    EXPECT_EQ(values[at(found.rank)], cut) << name;
    // An approximation of the permutation distribution: of a bound, and too small by no more than a tenth.
    EXPECT_GT(found.p, 0.9 * p - test::monte_carlo(std::sqrt(p * (1.0 - p) / 200000.0))) << name;
    EXPECT_LT(found.p, std::min(1.0, 1.5 * p) + 1e-4) << name;
  }
}

} // namespace
} // namespace vigil::survival
