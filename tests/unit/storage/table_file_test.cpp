// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/table_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/temp_folder.hpp"
#include <cmath>
#include <zlib.h>

namespace vigil::storage {
namespace {

using test::fault_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TableFile : public ::testing::Test {
protected:
  [[nodiscard]] DataFrame read(std::string_view text, const std::string& name = "t.csv") const {
    return read_table(folder_.file(name, text));
  }
  [[nodiscard]] Fault refusal(std::string_view text, const std::string& name = "t.csv") const {
    const auto file = folder_.file(name, text);
    return fault_of<InputError>([&file] { static_cast<void>(read_table(file)); });
  }
  test::TempFolder folder_;
};

TEST_F(TableFile, ReadsNumbersTextAndTheMissingWords) {
  const auto frame = read("id,a,b\nx,1,one\ny,NA,.\nz,2.5,null\nw,NaN,\n");
  EXPECT_EQ(frame.index_name(), "id");
  EXPECT_THAT(frame.index(), ElementsAre("x", "y", "z", "w"));
  const auto a = frame.numbers("a");
  EXPECT_EQ(a[0], 1.0);
  EXPECT_TRUE(std::isnan(a[1]));
  EXPECT_EQ(a[2], 2.5);
  EXPECT_TRUE(std::isnan(a[3]));
  EXPECT_THAT(frame.texts("b"), ElementsAre("one", "", "", ""));
  EXPECT_EQ(frame.column("b").kind, ColumnKind::text);
}

TEST_F(TableFile, ObeysQuotesCarriageReturnsAndAByteOrderMark) {
  const auto frame = read("\xEF\xBB\xBFid,note\r\nx,\"a, \"\"b\"\"\"\r\ny,\"two\nlines\"\r\nz,c");
  EXPECT_EQ(frame.index_name(), "id");
  EXPECT_THAT(frame.texts("note"), ElementsAre("a, \"b\"", "two\nlines", "c"));
}

TEST_F(TableFile, KeepsAnEmptyLastCell) {
  const auto frame = read("id,a,b\nx,1,\ny,2,");
  EXPECT_EQ(frame.rows(), 2);
  EXPECT_THAT(frame.texts("b"), ElementsAre("", ""));
}

TEST_F(TableFile, ChoosesTheSeparatorByEndingThenByHeader) {
  EXPECT_EQ(read("id\ta\nx\t1\n", "t.tsv").numbers("a").front(), 1.0);
  EXPECT_EQ(read("id;a\nx;1\n").numbers("a").front(), 1.0);
  EXPECT_EQ(read("id\ta,b\nx\t1\n", "t.txt").numbers("a,b").front(), 1.0);
}

TEST_F(TableFile, ReadsBooleansAsNumbersOnlyWhenTheWholeColumnIsSo) {
  const auto frame = read("id,a,b\nx,TRUE,TRUE\ny,false,1\n");
  EXPECT_THAT(frame.numbers("a"), ElementsAre(1.0, 0.0));
  EXPECT_EQ(frame.column("b").kind, ColumnKind::text);
}

TEST_F(TableFile, ReadsGzipByItsMagicBytes) {
  const auto file = folder_ / "packed.csv";
  gzFile packed = gzopen(file.c_str(), "wb");
  ASSERT_NE(packed, nullptr);
  gzputs(packed, "id,a\nx,1\n");
  gzclose(packed);
  EXPECT_EQ(read_table(file).numbers("a").front(), 1.0);
}

TEST_F(TableFile, AnUnnamedFirstColumnHoldsTheIds) {
  EXPECT_EQ(read("\"\",a\n\"1\",5\n").index_name(), "id");
}

TEST_F(TableFile, UsesAnotherIdColumnOrTheLine) {
  const auto file = folder_.file("p.csv", "a,subject\n1,s1\n2,s2\n");
  EXPECT_THAT(read_table(file, {.column = "subject"}).index(), ElementsAre("s1", "s2"));
  const auto lines = read_table(file, {.by_line = true});
  EXPECT_THAT(lines.index(), ElementsAre("row 1", "row 2"));
  EXPECT_THAT(lines.column_names(), ElementsAre("a", "subject"));
  const auto fault =
      fault_of<InputError>([&file] { static_cast<void>(read_table(file, {.column = "subjekt"})); });
  EXPECT_THAT(fault.remedy, HasSubstr("subject"));
}

TEST_F(TableFile, NamesEveryDuplicateIdWithItsLines) {
  const auto fault = refusal("id,a\nx,1\ny,1\nx,2\ny,3\n");
  EXPECT_THAT(fault.where, HasSubstr("line 4"));
  EXPECT_THAT(fault.where, HasSubstr("line 5"));
  EXPECT_THAT(fault.found, HasSubstr("'x', also on line 2"));
}

TEST_F(TableFile, NamesUpToTenBadRowsThenCounts) {
  std::string text = "id,a\n";
  for (int row = 0; row < 14; ++row) {
    text += "s" + std::to_string(row) + ",1,2\n";
  }
  const auto fault = refusal(text);
  EXPECT_THAT(fault.where, HasSubstr("'s0' (line 2)"));
  EXPECT_THAT(fault.where, HasSubstr("'s9' (line 11)"));
  EXPECT_THAT(fault.where, HasSubstr("and 4 more"));
  EXPECT_THAT(fault.found, HasSubstr("3 cells"));
}

TEST_F(TableFile, RefusesWhatIsNoTable) {
  EXPECT_THAT(refusal("").found, HasSubstr("empty"));
  EXPECT_THAT(refusal("\n \n").found, HasSubstr("empty"));
  EXPECT_THAT(refusal("id,a\n").found, HasSubstr("no rows"));
  EXPECT_THAT(refusal(std::string_view("id,a\nx,\0\n", 9)).found, HasSubstr("binary"));
  EXPECT_THAT(refusal("id,a,a\nx,1,2\n").found, HasSubstr("'a', also column 2"));
  EXPECT_THAT(refusal("id,,a\nx,1,2\n").found, HasSubstr("empty name"));
  EXPECT_THAT(refusal("id,a\n,1\n").found, HasSubstr("no id"));
  EXPECT_THAT(refusal("id,a\nx,\"1\n").found, HasSubstr("never closed"));
  EXPECT_THAT(refusal("id,a\nx,\"1\"2\n").found, HasSubstr("after a closing quote"));
  EXPECT_THAT(refusal("\x1f\x8b\x08junk that is no gzip").found, HasSubstr("gzip"));
}

TEST_F(TableFile, ExplainsDecimalCommas) {
  const auto fault = refusal("id;a\nx;1,5\ny;2\n");
  EXPECT_THAT(fault.problem, HasSubstr("decimal commas"));
  EXPECT_THAT(fault.where, HasSubstr("line 2"));
  EXPECT_EQ(fault.found, "'1,5'");
}

TEST_F(TableFile, NamesTheCellsThatAreNoNumber) {
  const auto frame = read("id,age\nx,61\ny,old\nz,70\n");
  const auto fault = fault_of<InputError>([&frame] { static_cast<void>(frame.numbers("age")); });
  EXPECT_THAT(fault.where, HasSubstr("'y' (line 3)"));
  EXPECT_EQ(fault.found, "'old'");
}

TEST_F(TableFile, SuggestsTheNearestColumn) {
  const auto frame = read("id,os_time\nx,61\n");
  const auto fault = fault_of<InputError>([&frame] { static_cast<void>(frame.column("os_tme")); });
  EXPECT_THAT(fault.remedy, HasSubstr("'os_time'"));
}

TEST_F(TableFile, WritesWhatItReads) {
  const auto file = folder_ / "out.tsv";
  const std::vector<TableColumn> columns{
      {"id", std::vector<std::string>{"a", "tab\there", "quote\""}},
      {"x", std::vector<double>{0.1, std::nan(""), 1e300}},
      {"n", std::vector<Index>{1, 2, 3}}};
  write_table(file, columns);
  const auto frame = read_table(file);
  EXPECT_THAT(frame.index(), ElementsAre("a", "tab\there", "quote\""));
  EXPECT_EQ(frame.numbers("x")[0], 0.1);
  EXPECT_TRUE(std::isnan(frame.numbers("x")[1]));
  EXPECT_EQ(frame.numbers("x")[2], 1e300);
  EXPECT_THAT(frame.numbers("n"), ElementsAre(1.0, 2.0, 3.0));
}

TEST_F(TableFile, RefusesAnOutputFolderThatIsMissing) {
  const auto file = folder_ / "no/such/out.tsv";
  const std::vector<TableColumn> columns{{"n", std::vector<Index>{1}}};
  const auto fault = fault_of<ConfigError>([&] { write_table(file, columns); });
  EXPECT_THAT(fault.where, HasSubstr("no/such"));
}

} // namespace
} // namespace vigil::storage
