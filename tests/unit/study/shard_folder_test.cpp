// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/error.hpp"
#include "vigil/storage/record_file.hpp"
#include "vigil/study/shard_folder.hpp"

#include <gtest/gtest.h>

#include "tests/support/temp_folder.hpp"
#include <fstream>
#include <sstream>

namespace {

using namespace vigil;

ResampleRecord sample(const std::string& learner, Index resample) {
  return {.learner = learner,
          .resample = resample,
          .subject = {0, 3},
          .role = {FoldRole::test, FoldRole::train},
          .prediction = {.score = {0.25, -1.5},
                         .risk = {.horizon = {10.0}, .value = {0.1, 1.0 / 3.0}},
                         .lower = std::nullopt,
                         .upper = std::nullopt,
                         .curves = std::nullopt},
          .selected = {{.feature = 7, .coefficient = 0.5}},
          .status = FitStatus::converged};
}

constexpr WorkUnit unit{.number = 4, .learner = 1, .first = 2, .last = 4};

std::string bytes(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

TEST(ShardFolder, GivesBackWhatWasWritten) {
  const vigil::test::TempFolder folder;
  const ShardFolder kept(folder / "shards", "a plan");
  EXPECT_FALSE(kept.has(unit));
  EXPECT_FALSE(kept.read(unit, "net").has_value());
  EXPECT_FALSE(std::filesystem::exists(kept.folder()));
  const std::vector records{sample("net", 2), sample("net", 3)};
  kept.write(unit, records);
  EXPECT_TRUE(kept.has(unit));
  const auto read = kept.read(unit, "net");
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->size(), 2U);
  for (std::size_t number = 0; number < 2; ++number) {
    EXPECT_EQ((*read)[number].resample, records[number].resample);
    EXPECT_EQ((*read)[number].subject, records[number].subject);
    EXPECT_EQ((*read)[number].role, records[number].role);
    EXPECT_EQ((*read)[number].prediction.score, records[number].prediction.score);
    EXPECT_EQ((*read)[number].prediction.risk.value, records[number].prediction.risk.value);
    EXPECT_EQ((*read)[number].selected.front().feature, 7);
  }
  const std::string before = bytes(kept.folder() / "unit_000004.h5");
  kept.write(unit, records);
  EXPECT_EQ(bytes(kept.folder() / "unit_000004.h5"), before);
}

TEST(ShardFolder, RefusesWhatIsOfAnotherStudy) {
  const vigil::test::TempFolder folder;
  const std::vector records{sample("net", 2), sample("net", 3)};
  ShardFolder(folder / "units", "a plan").write(unit, records);
  EXPECT_THROW(static_cast<void>(ShardFolder(folder / "units", "another").read(unit, "net")),
               ConfigError);
  EXPECT_THROW(static_cast<void>(ShardFolder(folder / "units", "a plan").read(unit, "cox")),
               InputError);
  const WorkUnit longer{.number = 4, .learner = 1, .first = 2, .last = 5};
  EXPECT_THROW(static_cast<void>(ShardFolder(folder / "units", "a plan").read(longer, "net")),
               InputError);
}

TEST(ShardFolder, RefusesAnotherKernel) {
  const vigil::test::TempFolder folder;
  const ShardFolder kept(folder / "units", "a plan");
  kept.write(unit, std::vector{sample("net", 2), sample("net", 3)});
  const auto file = folder / "units" / "unit_000004.h5";
  Record record = storage::read_record(file);
  record.set("blas_core", std::string("A kernel of long ago"));
  storage::write_record(file, record);
  EXPECT_THROW(static_cast<void>(kept.read(unit, "net")), ResourceError);
}

TEST(ShardFolder, RefusesDamagedFiles) {
  const vigil::test::TempFolder folder;
  const ShardFolder kept(folder / "units", "a plan");
  kept.write(unit, std::vector{sample("net", 2), sample("net", 3)});
  const auto file = folder / "units" / "unit_000004.h5";
  const std::string whole = bytes(file);
  std::ofstream(file, std::ios::binary | std::ios::trunc) << whole.substr(0, whole.size() / 2);
  EXPECT_THROW(static_cast<void>(kept.read(unit, "net")), InputError);
}

TEST(ShardFolder, GivesBackTheTallyOfAPermutation) {
  const vigil::test::TempFolder folder;
  const ShardFolder kept(folder / "shards", "a plan");
  constexpr NullUnit permutation{.learner = 1, .permutation = 12};
  const NullTally tally{.concordant = 10.5,
                        .comparable = 31.0,
                        .models = 3,
                        .selected = {{.column = 4, .models = 2}, {.column = 9, .models = 1}},
                        .because = "why"};
  EXPECT_FALSE(kept.read(permutation, "net").has_value());
  kept.write(permutation, "net", tally);
  EXPECT_TRUE(kept.has(permutation));
  EXPECT_FALSE(kept.has(NullUnit{.learner = 0, .permutation = 12}));
  const auto read = kept.read(permutation, "net").value();
  EXPECT_EQ(read.concordance(), 10.5 / 31.0);
  EXPECT_EQ(read.mean_selected(), 1.0);
  EXPECT_TRUE(read.has(4)) << "two of three models";
  EXPECT_FALSE(read.has(9));
  EXPECT_FALSE(read.has(5));
  EXPECT_EQ(read.because, "why");
  EXPECT_THROW(static_cast<void>(kept.read(permutation, "cox")), InputError);
  EXPECT_THROW(
      static_cast<void>(ShardFolder(folder / "shards", "another").read(permutation, "net")),
      ConfigError);
}

TEST(ShardFolder, FindsWhatIsItsOwnAlone) {
  const vigil::test::TempFolder folder;
  std::vector<std::string> said;
  const StudyWatch watch{
      .say = [&](const std::string& label, const std::string&) { said.push_back(label); },
      .progress = [](Index, Index) {}};
  constexpr NullUnit permutation{.learner = 0, .permutation = 0};
  ShardFolder(folder / "units", "a plan").write(permutation, "net", {});
  EXPECT_TRUE(ShardFolder(folder / "units", "a plan").found(permutation, "net", watch).has_value());
  EXPECT_TRUE(said.empty());
  EXPECT_FALSE(ShardFolder(folder / "units", "other").found(permutation, "net", watch).has_value());
  EXPECT_EQ(said, std::vector<std::string>{"again"});
  const ShardFolder shards(folder / "units", "other", KeptBy::shards);
  EXPECT_THROW(static_cast<void>(shards.found(permutation, "net", watch)), ConfigError);
  std::ofstream(folder / "units" / "null_000_0000.h5", std::ios::binary | std::ios::trunc) << "x";
  EXPECT_FALSE(shards.found(permutation, "net", watch).has_value()) << "damaged: computed again";
}

TEST(ShardNotes, AreSortedAndThere) {
  const vigil::test::TempFolder folder;
  EXPECT_THROW(static_cast<void>(shard_notes(folder / "units")), InputError);
  EXPECT_THROW(static_cast<void>(shard_notes(folder / "nowhere")), InputError);
  const ShardFolder kept(folder / "units", "a plan");
  for (const Shard shard : {Shard{.number = 10, .count = 12},
                            Shard{.number = 2, .count = 12},
                            Shard{.number = 0, .count = 3}}) {
    kept.write_note({.shard = shard, .study = "/a/study.toml", .seed = 17});
  }
  const auto notes = shard_notes(folder / "units");
  ASSERT_EQ(notes.size(), 3U);
  EXPECT_EQ(notes[0].shard.count, 3);
  EXPECT_EQ(notes[1].shard.number, 2);
  EXPECT_EQ(notes[2].shard.number, 10);
  EXPECT_EQ(notes[1].study, "/a/study.toml");
  EXPECT_EQ(notes[1].seed, 17U);
  // another study changes nothing there
  const ShardFolder other(folder / "units", "another plan");
  EXPECT_THROW(
      other.write_note({.shard = {.number = 0, .count = 3}, .study = "/b.toml", .seed = 18}),
      ConfigError);
  EXPECT_EQ(shard_notes(folder / "units").front().seed, 17U);
}

} // namespace
