// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/learn/frozen_cuts.hpp"
#include "vigil/learn/preparation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace vigil {
namespace {

constexpr double missing = std::numeric_limits<double>::quiet_NaN();

/// Columns x (3, 5, missing, 5, 8) and its candidates, beside a column z.
struct Columns {
  FeatureMatrix features{5};
  ClinicalBlock clinical{5};
  Outcome outcome = SurvivalOutcome{.entry = {}, .time = {1, 2, 3, 4, 5}, .event = {1, 1, 1, 1, 1}};

  Columns() {
    clinical.add({.name = "z", .marker = false}, {1, 0, 1, 0, 1});
    add("x>3", 3.0, {0, 1, missing, 1, 1});
    add("x>5", 5.0, {0, 0, missing, 0, 1});
  }
  void add(const std::string& name, double cut, std::vector<double> values) {
    FeatureInfo info{.name = name, .source = "x", .marker = false};
    info.cut = cut;
    clinical.add(std::move(info), std::move(values));
  }
  [[nodiscard]] TrainingData data() const {
    return {.features = features, .clinical = clinical, .outcome = outcome};
  }
};

/// Chooses a fixed rank.
class Fixed final : public CutStatistic {
public:
  explicit Fixed(Index rank) : rank_(rank) {}
  [[nodiscard]] std::string_view name() const noexcept override { return "fixed"; }
  void check(const TrainingData&, const CaseWeights&) const override {}
  [[nodiscard]] CutChoice
  choose(const TrainingData&, const CaseWeights&, std::span<const Index>) const override {
    return {.rank = rank_};
  }

private:
  Index rank_;
};

TEST(CutCandidates, AreFoundWithTheRanksOfTheirColumn) {
  const Columns made;
  const auto found = cut_candidates(made.data().covariates());
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found.front().first, 1);
  EXPECT_EQ(found.front().count, 2);
  EXPECT_EQ(cut_ranks(made.data().covariates(), found.front()),
            (std::vector<Index>{0, 1, no_index, 1, 2}));
}

TEST(CutRule, KeepsTheChosenCandidateAlone) {
  const Columns made;
  const TrainingData data = made.data();
  const CaseWeights ones = CaseWeights::ones(5);
  Scheduler scheduler(1);
  const auto prepared = [&](Index rank) {
    return fit_preparations(
               data,
               {&ones, 1},
               {.cut = {.columns = {"x"}, .statistic = std::make_shared<const Fixed>(rank)}},
               scheduler)
        .front();
  };
  EXPECT_TRUE(prepared(1).keeps(0)) << "other columns stay";
  EXPECT_FALSE(prepared(1).keeps(1));
  EXPECT_TRUE(prepared(1).keeps(2));
  EXPECT_TRUE(prepared(0).keeps(1));
  EXPECT_FALSE(prepared(no_index).keeps(1));
  EXPECT_FALSE(prepared(no_index).keeps(2));
}

TEST(FrozenCuts, CutAnyCohortAndComeBackFromTheirRecord) {
  const FrozenCuts cuts(
      {{.column = "x", .cut = 5.0, .choice = {.statistic = 2.5, .p = 0.25, .cuts = 2}},
       {.column = "y", .choice = {.undefined_because = "no events"}}});
  const FrozenCuts read = FrozenCuts::from_record(cuts.record());
  ASSERT_EQ(read.cuts().size(), 2U);
  EXPECT_EQ(read.cuts()[0].cut, 5.0);
  EXPECT_EQ(read.cuts()[0].choice.p, 0.25);
  EXPECT_EQ(read.cuts()[0].choice.cuts, 2);
  EXPECT_FALSE(read.cuts()[1].chosen());
  EXPECT_EQ(read.cuts()[1].choice.undefined_because, "no events");
  EXPECT_EQ(read.name_of("x"), "x>5");
  EXPECT_EQ(read.name_of("y"), "y");
  EXPECT_EQ(read.column_of("x>5"), "x");
  EXPECT_EQ(read.column_of("z"), "z");
  const FeatureMatrix none(4);
  ClinicalBlock other(4);
  other.add({.name = "x", .marker = false}, {5.0, 5.5, missing, -1.0});
  Scheduler scheduler(1);
  const Covariates raw{.features = none, .clinical = other};
  const CorrectedColumns cut = read.apply(raw, scheduler);
  const Covariates seen = cut.covariates();
  ASSERT_EQ(seen.columns(), 2);
  EXPECT_EQ(seen.info(1).name, "x>5");
  const auto values = seen.clinical.column(1);
  EXPECT_EQ(values[0], 0.0) << "the cut itself is on the left";
  EXPECT_EQ(values[1], 1.0);
  EXPECT_TRUE(std::isnan(values[2]));
  EXPECT_EQ(values[3], 0.0);
  ClinicalBlock without(4);
  const Covariates lacking{.features = none, .clinical = without};
  EXPECT_THROW(static_cast<void>(read.apply(lacking, scheduler)), InputError);
}

TEST(CheckCuts, RefusesWhatIsNoColumnOfNumbers) {
  const Columns made;
  const CutRule rule{.columns = {"zz"}, .statistic = std::make_shared<const Fixed>(0)};
  EXPECT_THROW(check_cuts(made.data(), CaseWeights::ones(5), rule), ConfigError);
  EXPECT_NO_THROW(check_cuts(made.data(), CaseWeights::ones(5), {}));
}

} // namespace
} // namespace vigil
