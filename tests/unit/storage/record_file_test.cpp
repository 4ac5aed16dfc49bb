// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/digest.hpp"
#include "vigil/storage/hdf5_writer.hpp"
#include "vigil/storage/record_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/temp_folder.hpp"
#include <cmath>
#include <limits>

namespace vigil::storage {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Record example() {
  Record inner("baseline");
  inner.set("time", Record::Numbers{1.0, 2.5});
  Record record("cox");
  record.set("lambda", 0.1);
  record.set("features", Index{1} << 40);
  record.set("ties", std::string("efron"));
  record.set("empty text", std::string());
  record.set("numbers", Record::Numbers{-0.0, std::numeric_limits<double>::infinity(), 1e-310});
  record.set("counts", Record::Counts{-1, 7});
  record.set("names", Record::Texts{"grade=G2", "", "Zürich"});
  record.set("none", Record::Numbers{});
  record.set("no names", Record::Texts{});
  record.set("a/b.c%2F", 1.0);
  record.set("baseline", std::move(inner));
  return record;
}

TEST(RecordFile, ReadsBackEveryKindOfEntry) {
  const test::TempFolder folder;
  write_record(folder / "m.h5", example());
  const auto record = read_record(folder / "m.h5");
  EXPECT_EQ(record.kind(), "cox");
  EXPECT_EQ(record.entries().size(), example().entries().size());
  EXPECT_EQ(record.number("lambda"), 0.1);
  EXPECT_EQ(record.count("features"), Index{1} << 40);
  EXPECT_EQ(record.text("ties"), "efron");
  EXPECT_EQ(record.text("empty text"), "");
  EXPECT_TRUE(std::signbit(record.numbers("numbers")[0]));
  EXPECT_THAT(record.numbers("numbers"),
              ElementsAre(0.0, std::numeric_limits<double>::infinity(), 1e-310));
  EXPECT_THAT(record.counts("counts"), ElementsAre(-1, 7));
  EXPECT_THAT(record.texts("names"), ElementsAre("grade=G2", "", "Zürich"));
  EXPECT_THAT(record.numbers("none"), IsEmpty());
  EXPECT_THAT(record.texts("no names"), IsEmpty());
  EXPECT_EQ(record.number("a/b.c%2F"), 1.0);
  EXPECT_EQ(record.record("baseline").kind(), "baseline");
  EXPECT_THAT(record.record("baseline").numbers("time"), ElementsAre(1.0, 2.5));
}

TEST(RecordFile, EqualRecordsGiveEqualBytes) {
  const test::TempFolder folder;
  write_record(folder / "a.h5", example());
  write_record(folder / "b.h5", example());
  EXPECT_EQ(file_digest(folder / "a.h5"), file_digest(folder / "b.h5"));
}

TEST(RecordFile, LeavesNothingElseBehind) {
  const test::TempFolder folder;
  write_record(folder / "m.h5", example());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator((folder / "m.h5").parent_path()), {}),
            1);
}

TEST(RecordFile, RefusesOtherFiles) {
  const test::TempFolder folder;
  const auto refusal = [&folder](const char* name) {
    return test::fault_of<InputError>([&] { static_cast<void>(read_record(folder / name)); });
  };
  {
    Hdf5Writer other(folder / "other.h5");
    other.count("x", 1);
    other.commit();
    Hdf5Writer newer(folder / "newer.h5");
    newer.count_attribute("", "vigil-record", 1000);
    newer.commit();
    Hdf5Writer group(folder / "group.h5");
    group.count_attribute("", "vigil-record", 1);
    group.text_attribute("", "kind", "cox");
    group.group("inner");
    group.commit();
  }
  EXPECT_THAT(refusal("other.h5").found, HasSubstr("without the mark"));
  EXPECT_THAT(refusal("newer.h5").remedy, HasSubstr("newer vigil"));
  EXPECT_THAT(refusal("group.h5").found, HasSubstr("no record"));
  EXPECT_THAT(refusal("missing.h5").found, HasSubstr("No such file"));
}

TEST(RecordFile, RefusesAFolderThatIsMissing) {
  const test::TempFolder folder;
  const auto fault =
      test::fault_of<ConfigError>([&folder] { write_record(folder / "no/m.h5", example()); });
  EXPECT_THAT(fault.where, HasSubstr("no/m.h5"));
}

} // namespace
} // namespace vigil::storage
