// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/digest.hpp"
#include "vigil/base/random.hpp"
#include "vigil/storage/hdf5_writer.hpp"
#include "vigil/storage/record_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/temp_folder.hpp"
#include <array>
#include <cmath>
#include <filesystem>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

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

/// Lists of every width, short and long, and of values that deflate well and not at all.
Record long_lists(Index first, Index count) {
  Record record("lists");
  Record::Counts small, codes, wide, widest, below;
  Record::Numbers few, any;
  for (Index number = first; number < first + count; ++number) {
    RandomStream draw(RandomKey(1).child(number));
    small.push_back(number % 3);
    codes.push_back(number % 40000);
    wide.push_back(number * 70000);
    widest.push_back((number % 2 == 0 ? 1 : -1) * (std::numeric_limits<Index>::max() - number));
    below.push_back(-1 - number % 128);
    few.push_back(1.0 / static_cast<double>(5 + number % 10));
    any.push_back(draw.normal() * std::ldexp(1.0, static_cast<int>(draw.index_below(2000)) - 1000));
  }
  record.set("small", std::move(small));
  record.set("codes", std::move(codes));
  record.set("wide", std::move(wide));
  record.set("widest", std::move(widest));
  record.set("below", std::move(below));
  record.set("few", std::move(few));
  record.set("any", std::move(any));
  return record;
}

TEST(RecordFile, ReadsBackEveryBitOfLongLists) {
  const test::TempFolder folder;
  for (const Index size : {1, 100, 5000, 65536, 65537, 200001}) {
    const Record record = long_lists(0, size);
    write_record(folder / "m.h5", record);
    EXPECT_TRUE(read_record(folder / "m.h5").entries() == record.entries()) << size;
  }
  const auto bytes = std::filesystem::file_size(folder / "m.h5");
  // 1 + 2 + 8 + 8 + 1 + 8 + 8 bytes before deflating; 56 as 64-bit numbers
  EXPECT_LT(bytes, 200001U * 20U);
}

TEST(RecordFile, ListsTakeTheSmallestTypeThatHoldsThem) {
  const auto bytes = [](Index smallest, Index largest) {
    ListExtent extent;
    extent.add(Record::Counts{smallest, largest});
    const PackedList list(extent);
    return std::pair(list.bytes(), list.is_signed());
  };
  EXPECT_EQ(bytes(0, 255), std::pair(1UL, false));
  EXPECT_EQ(bytes(0, 256), std::pair(2UL, false));
  EXPECT_EQ(bytes(-1, 127), std::pair(1UL, true));
  EXPECT_EQ(bytes(-1, 128), std::pair(2UL, true));
  EXPECT_EQ(bytes(-129, 0), std::pair(2UL, true));
  EXPECT_EQ(bytes(0, 65535), std::pair(2UL, false));
  EXPECT_EQ(bytes(0, 65536), std::pair(4UL, false));
  EXPECT_EQ(bytes(0, (Index{1} << 32) - 1), std::pair(4UL, false));
  EXPECT_EQ(bytes(0, Index{1} << 32), std::pair(8UL, true));
  EXPECT_EQ(bytes(-(Index{1} << 31), 0), std::pair(4UL, true));
  EXPECT_EQ(bytes(std::numeric_limits<Index>::min(), std::numeric_limits<Index>::max()),
            std::pair(8UL, true));
}

TEST(RecordFile, ListsInPartsGiveTheSameBytes) {
  const test::TempFolder folder;
  constexpr Index size = 150000;
  Record whole = long_lists(0, size), head("lists");
  for (Record* record : {&whole, &head}) {
    record->set("a", 1.0);
    record->set("k", Record::Texts{"x"});
    record->set("z", Index{3});
  }
  write_record(folder / "whole.h5", whole);
  for (const Index each : {9999, 65536, 200000}) {
    write_record(folder / "parts.h5",
                 head,
                 {.parts = (size + each - 1) / each, .part = [&](Index part) {
                    return long_lists(part * each, std::min(each, size - part * each));
                  }});
    EXPECT_EQ(file_digest(folder / "whole.h5"), file_digest(folder / "parts.h5")) << each;
  }
}

TEST(RecordFile, ReadsSomeOfAList) {
  const test::TempFolder folder;
  constexpr Index size = 150000;
  const Record record = long_lists(0, size);
  write_record(folder / "m.h5", record);
  const RecordFile file(folder / "m.h5");
  for (const auto& [first, count] :
       {std::pair<Index, Index>{0, 0}, {0, size}, {65530, 20}, {149999, 1}, {150000, 0}}) {
    const auto all = std::span(record.counts("codes")).subspan(at(first), at(count));
    EXPECT_EQ(file.counts("codes", first, count), Record::Counts(all.begin(), all.end()));
    const auto numbers = std::span(record.numbers("any")).subspan(at(first), at(count));
    EXPECT_EQ(file.numbers("any", first, count), Record::Numbers(numbers.begin(), numbers.end()));
  }
  EXPECT_EQ(file.size("any"), size);
  constexpr std::array<std::string_view, 2> left_out{"any", "small"};
  const Record rest = file.read_without(left_out);
  EXPECT_FALSE(rest.has("any") || rest.has("small"));
  EXPECT_EQ(rest.counts("wide"), record.counts("wide"));
}

TEST(RecordFile, RefusesPartsOfListsThatAreNotThere) {
  const test::TempFolder folder;
  write_record(folder / "m.h5", example());
  const RecordFile file(folder / "m.h5");
  const auto found = [](const auto& read) { return test::fault_of<InputError>(read).found; };
  EXPECT_EQ(found([&] { static_cast<void>(file.counts("counts", 1, 2)); }), "2 values");
  EXPECT_EQ(found([&] { static_cast<void>(file.numbers("numbers", 4, 0)); }), "3 values");
  EXPECT_EQ(found([&] { static_cast<void>(file.counts("numbers", 0, 1)); }),
            "values that are no whole numbers");
  EXPECT_EQ(found([&] { static_cast<void>(file.numbers("names", 0, 1)); }),
            "values that are no numbers");
  EXPECT_EQ(found([&] { static_cast<void>(file.counts("nothing", 0, 1)); }), "nothing");
  EXPECT_EQ(found([&] { static_cast<void>(file.size("lambda")); }), "no list");
  EXPECT_EQ(found([&] { static_cast<void>(file.counts("features", 0, 1)); }), "1 values");
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
