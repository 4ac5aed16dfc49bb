// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Model files from strangers: a few bytes are overwritten at fixed random places, or the end is missing. Reading,
// predicting and merging either work or throw an error for the user.
#include "vigil/forest/read_trees.hpp"
#include "vigil/forest/survival_forest.hpp"
#include "vigil/storage/record_file.hpp"

#include <gtest/gtest.h>

#include "tests/support/damaged_file.hpp"
#include "tests/support/survival_case.hpp"
#include "tests/support/temp_folder.hpp"
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace vigil::forest {
namespace {

class DamagedForestFiles : public testing::Test {
protected:
  DamagedForestFiles() : drawn(RandomKey(132), 60, 5, 1) {
    for (const Index first : {0, 3}) {
      const TrainingData data = drawn.data();
      FitContext context{scheduler};
      const Preparation preparation(data.columns(), {});
      const auto weights = CaseWeights::ones(60);
      storage::write_record(
          folder / name_of_part(first),
          SurvivalForest::grow(data,
                               {weights, preparation, RandomKey(4)},
                               {.trees = 3, .first_tree = first, .keep_votes = true},
                               context)
              .record());
    }
  }
  static std::string name_of_part(Index first) { return "part" + std::to_string(first) + ".h5"; }

  void predict(const std::filesystem::path& file) {
    const TrainingData data = drawn.data();
    Scheduler alone(1);
    FitContext context{alone};
    static_cast<void>(SurvivalForest::from_record(storage::read_record(file))
                          .predict(data.covariates(), {.horizons = horizons}, context));
  }
  void merge(const std::filesystem::path& file) {
    const std::vector<Record> parts{storage::read_record(folder / name_of_part(0)),
                                    storage::read_record(file)};
    static_cast<void>(
        SurvivalForest::merge(parts, std::vector<std::string>{name_of_part(0), file.string()}));
  }
  /// As outcome_in_child(), the worse of both.
  int outcome_of(const std::filesystem::path& file) {
    const int predicted = test::outcome_in_child([&] { predict(file); });
    const int merged = test::outcome_in_child([&] { merge(file); });
    return predicted < 0 || merged < 0 ? -1 : std::max(predicted, merged);
  }

  const std::vector<double> horizons{0.3, 0.8};
  test::SurvivalCase drawn;
  Scheduler scheduler{1};
  test::TempFolder folder;
};

TEST_F(DamagedForestFiles, GiveAnErrorOrValues) {
  const std::string good = test::bytes_of(folder / name_of_part(3));
  ASSERT_EQ(outcome_of(folder / name_of_part(3)), 0);
  Index errors = 0;
  for (Index number = 0; number < 500; ++number) {
    const int outcome = outcome_of(folder.file("x.h5", test::damaged_bytes(good, number)));
    EXPECT_TRUE(outcome == 0 || outcome == 1) << "case " << number << ": " << outcome;
    errors += outcome == 1 ? 1 : 0;
  }
  EXPECT_GT(errors, 50);
}

// Lists that are long enough for chunks, read as a whole and in part.
TEST_F(DamagedForestFiles, WithLongListsGiveAnErrorOrValues) {
  const TrainingData data = drawn.data();
  FitContext context{scheduler};
  const Preparation preparation(data.columns(), {});
  const auto weights = CaseWeights::ones(60);
  const auto file = folder / "long.h5";
  storage::write_record(file,
                        SurvivalForest::grow(data,
                                             {weights, preparation, RandomKey(4)},
                                             {.trees = 3000, .min_node = 8, .min_leaf = 2},
                                             context)
                            .record());
  const auto predict_some = [&](const std::filesystem::path& damaged) {
    Scheduler alone(1);
    FitContext own{alone};
    const auto record = read_trees(storage::RecordFile(damaged), {.first = 1500, .count = 10});
    static_cast<void>(SurvivalForest::from_record(record).predict(
        data.covariates(), {.horizons = horizons}, own));
  };
  const std::string good = test::bytes_of(file);
  ASSERT_EQ(test::outcome_in_child([&] { predict(file); }), 0);
  ASSERT_EQ(test::outcome_in_child([&] { predict_some(file); }), 0);
  Index errors = 0;
  for (Index number = 0; number < 300; ++number) {
    const auto damaged = folder.file("x.h5", test::damaged_bytes(good, number));
    for (const int outcome : {test::outcome_in_child([&] { predict(damaged); }),
                              test::outcome_in_child([&] { predict_some(damaged); })}) {
      EXPECT_TRUE(outcome == 0 || outcome == 1) << "case " << number << ": " << outcome;
      errors += outcome == 1 ? 1 : 0;
    }
  }
  EXPECT_GT(errors, 50); // chunks have a check sum
}

TEST_F(DamagedForestFiles, AreRefusedAtEveryLength) {
  const std::string good = test::bytes_of(folder / name_of_part(3));
  for (std::size_t part = 0; part < 16; ++part) {
    const auto file = folder.file("t.h5", good.substr(0, good.size() * part / 16));
    EXPECT_EQ(outcome_of(file), 1) << part;
  }
}

} // namespace
} // namespace vigil::forest
