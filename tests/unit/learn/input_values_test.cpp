// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/learn/input_values.hpp"

#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include <cmath>
#include <cstring>

namespace vigil {
namespace {

using Levels = std::vector<std::vector<std::string>>;

class InputValues : public testing::Test {
protected:
  InputValues() : clinical(5) {
    clinical.add({.name = "age"}, {5.0, 6.0, std::nan(""), 8.0, 9.0});
    add_indicators(clinical,
                   {.name = "cell"},
                   std::vector<std::string>{"large", "adeno", "", "small", "mixed"},
                   std::vector<std::string>{"adeno", "large", "mixed", "small"});
  }
  std::vector<double> read(const std::vector<std::string>& names, const Levels& levels) {
    return input_values({.features = markers, .clinical = clinical}, names, levels, scheduler);
  }

  const FeatureMatrix markers{resident_source(5, 1, {1.0F, 2.0F, 3.0F, 4.0F, 5.0F}),
                              {{.name = "m", .offset = 10.0}}};
  ClinicalBlock clinical;
  Scheduler scheduler{1};
};

bool same(const std::vector<double>& left, const std::vector<double>& right) {
  if (left.size() != right.size()) {
    return false;
  }
  for (std::size_t place = 0; place < left.size(); ++place) {
    if (left[place] != right[place] && !(std::isnan(left[place]) && std::isnan(right[place]))) {
      return false;
    }
  }
  return true;
}

// By the model's numbers of levels, whatever those of the cohort; "mixed" is none of the model's.
TEST_F(InputValues, LevelsAreThoseOfTheModel) {
  const double missing = std::nan("");
  EXPECT_TRUE(
      same(read({"cell"}, {{"small", "other", "large", "adeno"}}), {3.0, 4.0, missing, 1.0, 0.0}));
  EXPECT_TRUE(same(
      read({"m", "cell", "age"}, {{}, {"large", "small"}, {}}),
      {11.0, 12.0, 13.0, 14.0, 15.0, 1.0, 0.0, missing, 2.0, 0.0, 5.0, 6.0, missing, 8.0, 9.0}));
  EXPECT_TRUE(same(read({"cell=large", "age"}, {}),
                   {1.0, 0.0, missing, 0.0, 0.0, 5.0, 6.0, missing, 8.0, 9.0}));
}

TEST_F(InputValues, OfSomeSubjects) {
  const std::vector<std::string> names{"m", "cell", "age"};
  const InputReader reader(
      {.features = markers, .clinical = clinical}, names, Levels{{}, {"large", "small"}, {}});
  EXPECT_TRUE(same(reader.read({.first = 2, .count = 2}, scheduler),
                   {13.0, 14.0, std::nan(""), 2.0, std::nan(""), 8.0}));
  EXPECT_TRUE(reader.read({.first = 5, .count = 0}, scheduler).empty());
}

TEST_F(InputValues, RefusesWhatTheCohortLacks) {
  const auto fault = [&](const std::string& name, const Levels& levels) {
    return test::fault_of<InputError>([&] { static_cast<void>(read({name}, levels)); });
  };
  EXPECT_NE(fault("age", {{"a", "b"}}).found.find("numbers"), std::string::npos);
  EXPECT_NE(fault("kind", {{"a", "b"}}).found.find("no such category"), std::string::npos);
  EXPECT_NE(fault("kind", {{"a", "b"}}).remedy.find("--levels"), std::string::npos);
  EXPECT_NE(fault("cell", {{}}).found.find("no such column"), std::string::npos);
}

TEST(InputLevels, AreReadBackOrRefused) {
  const Levels levels{{}, {"a", "b"}, {}, {"c", "a", "d"}};
  Record record("some model");
  EXPECT_EQ(input_levels(record, 3), Levels(3));
  set_input_levels(record, levels);
  EXPECT_EQ(input_levels(record, 4), levels);
  const auto refused = [&](const Record::Counts& count, const Record::Texts& names) {
    Record changed("some model");
    changed.set("levels", count);
    changed.set("level", names);
    EXPECT_THROW(static_cast<void>(input_levels(changed, 2)), InputError);
  };
  EXPECT_THROW(static_cast<void>(input_levels(record, 3)), InputError);
  refused({2, 1}, {"a", "b", "c"});
  refused({2, -1}, {"a", "b"});
  refused({2, 2}, {"a", "b", "c"});
  refused({2, 0}, {"a", "b", "c"});
  refused({2, 2}, {"a", "b", "c", "c"});
  refused({2, Index{1} << 62}, {"a", "b", "c"});
}

} // namespace
} // namespace vigil
