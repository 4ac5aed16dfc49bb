// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/learn/options.hpp"

#include <gtest/gtest.h>

namespace {

using vigil::Options;
using vigil::OptionValue;

OptionValue written(std::string text) {
  return {std::move(text), "--option"};
}

TEST(Options, ReadsTextsOfTheCommandLineAsTheirTypes) {
  Options options("the command line");
  options.set("folds", written("5"));
  options.set("horizons", written("730, 1826.5"));
  options.set("standardize", written("false"));
  options.append("levels", written("size=<=20,20-50"));
  options.append("levels", written("grade=1,2"));
  EXPECT_EQ(options.count("folds"), 5);
  EXPECT_EQ(options.numbers("horizons"), (std::vector<double>{730, 1826.5}));
  EXPECT_EQ(options.flag("standardize"), false);
  EXPECT_FALSE(options.number("absent"));
  const auto levels = options.table("levels");
  ASSERT_EQ(levels.size(), 2U);
  EXPECT_EQ(levels[0].first, "size");
  EXPECT_EQ(levels[0].second, (std::vector<std::string>{"<=20", "20-50"}));
  EXPECT_NO_THROW(options.refuse_unknown());
}

TEST(Options, KeepsCommasInsideTheListsOfAStudyFile) {
  Options options("study.toml [data]");
  options.set("subjects",
              {OptionValue::List{{std::string("name=a,b"), "study.toml:3:5"}}, "study.toml:3:5"});
  EXPECT_EQ(options.texts("subjects"), std::vector<std::string>{"name=a,b"});
}

TEST(Options, NamesThePlaceOfAWrongValue) {
  Options options("study.toml [validate]");
  options.set("folds", {std::string("five"), "study.toml:12:9"});
  try {
    static_cast<void>(options.count("folds"));
    FAIL();
  } catch (const vigil::ConfigError& error) {
    EXPECT_EQ(error.fault().where, "study.toml:12:9");
    EXPECT_EQ(error.fault().found, "'five'");
  }
}

TEST(Options, RefusesAnUnknownKeyWithTheNearestName) {
  Options options("study.toml [validate]");
  options.set("fodls", {vigil::Index{5}, "study.toml:12:9"});
  static_cast<void>(options.count("folds"));
  try {
    options.refuse_unknown();
    FAIL();
  } catch (const vigil::ConfigError& error) {
    EXPECT_EQ(error.fault().remedy, "did you mean 'folds'?");
  }
}

TEST(Options, InheritsWhatItDoesNotName) {
  Options data("data");
  data.set("time", written("rfs_days"));
  data.set("file", written("rotterdam.csv"));
  Options external("external");
  external.set("file", written("gbsg.csv"));
  external.inherit(data);
  EXPECT_EQ(external.text("file"), "gbsg.csv");
  EXPECT_EQ(external.text("time"), "rfs_days");
}

TEST(Options, ChoiceNamesTheNearestWord) {
  Options options("the command line");
  options.set("ties", written("effron"));
  try {
    static_cast<void>(options.choice("ties", {"breslow", "efron"}, "efron"));
    FAIL();
  } catch (const vigil::ConfigError& error) {
    EXPECT_EQ(error.fault().remedy, "did you mean 'efron'?");
  }
}

} // namespace
