// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// HDF5 files as other writers make them, laid out here with the C API.
#include "vigil/storage/cohort_reader.hpp"
#include "vigil/storage/h5ad_frame.hpp"
#include "vigil/storage/hdf5_file.hpp"
#include "vigil/storage/hdf5_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/temp_folder.hpp"
#include <array>
#include <cmath>
#include <fstream>
#include <sstream>

namespace vigil::storage {
namespace {

using test::fault_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int absent_filter = 32008;

/// obs and var with one subject and one feature, so that a file counts as .h5ad.
void small_frames(Hdf5Writer& writer) {
  for (const char* frame : {"obs", "var"}) {
    const std::string path = frame;
    writer.group(path);
    writer.text_attribute(path, "_index", "_index");
    writer.texts_attribute(path, "column-order", {});
    writer.texts(path + "/_index", std::vector<std::string>{"one"});
  }
}

TEST(Hdf5File, ReadsCategoriesOfAnyType) {
  const test::TempFolder folder;
  Hdf5Writer writer(folder / "f.h5");
  writer.group("obs");
  writer.text_attribute("obs", "_index", "id");
  writer.texts_attribute("obs", "column-order", std::vector<std::string>{"whole", "real", "x/y"});
  writer.texts("obs/id", std::vector<std::string>{"a", "b", "c"});
  for (const std::string name : {"obs/whole", "obs/real"}) {
    writer.group(name);
    writer.text_attribute(name, "encoding-type", "categorical");
    writer.codes(name + "/codes", std::vector<Index>{1, -1, 0}, 2);
  }
  writer.codes("obs/whole/categories", std::vector<Index>{10, 20}, 8);
  writer.numbers("obs/real/categories", std::vector<double>{0.5, 1.5});
  writer.group("obs/x");
  writer.numbers("obs/x/y", std::vector<double>{1, 2, 3});
  writer.commit();
  const auto frame = read_frame(Hdf5File(folder / "f.h5"), "obs");
  EXPECT_THAT(frame.texts("whole"), ElementsAre("20", "", "10"));
  EXPECT_THAT(frame.texts("real"), ElementsAre("1.5", "", "0.5"));
  EXPECT_EQ(frame.numbers("real")[0], 1.5);
  EXPECT_TRUE(std::isnan(frame.numbers("real")[1]));
  EXPECT_THAT(frame.numbers("x/y"), ElementsAre(1, 2, 3));
}

TEST(Hdf5File, ReadsAnEmptyFrameWhoseOrderIsNoText) {
  const test::TempFolder folder;
  Hdf5Writer writer(folder / "f.h5");
  writer.group("var");
  writer.text_attribute("var", "_index", "_index");
  writer.count_attribute("var", "column-order", 0);
  writer.texts("var/_index", std::vector<std::string>{"a"});
  writer.commit();
  EXPECT_TRUE(read_frame(Hdf5File(folder / "f.h5"), "var").columns().empty());
}

TEST(Hdf5File, NamesDamagedFrames) {
  const test::TempFolder folder;
  Hdf5Writer writer(folder / "f.h5");
  small_frames(writer);
  for (const std::string frame : {"code", "length", "lost", "twice", "nameless"}) {
    writer.group(frame);
    writer.text_attribute(frame, "_index", "_index");
    writer.texts_attribute(frame, "column-order", std::vector<std::string>{"x"});
  }
  writer.texts("code/_index", std::vector<std::string>{"a"});
  writer.group("code/x");
  writer.text_attribute("code/x", "encoding-type", "categorical");
  writer.codes("code/x/codes", std::vector<Index>{7}, 1);
  writer.texts("code/x/categories", std::vector<std::string>{"l"});
  writer.texts("length/_index", std::vector<std::string>{"a", "b"});
  writer.numbers("length/x", std::vector<double>{1});
  writer.texts("lost/_index", std::vector<std::string>{"a"});
  writer.texts("twice/_index", std::vector<std::string>{"a", "a"});
  writer.commit();
  const Hdf5File file(folder / "f.h5");
  const auto refusal = [&file](const char* frame) {
    return fault_of<InputError>([&] { static_cast<void>(read_frame(file, frame)); });
  };
  EXPECT_THAT(refusal("code").found, HasSubstr("code 7 for 1 categories"));
  EXPECT_THAT(refusal("length").found, HasSubstr("shape (1) where there are 2 rows"));
  EXPECT_THAT(refusal("lost").where, HasSubstr("lost/x"));
  EXPECT_THAT(refusal("twice").found, HasSubstr("'a'"));
  EXPECT_THAT(refusal("nameless").found, HasSubstr("no names of rows"));
  EXPECT_THAT(refusal("absent").found, HasSubstr("nothing"));
}

TEST(Hdf5File, RefusesCompoundFramesWithTheRemedy) {
  const test::TempFolder folder;
  const auto path = folder / "old.h5ad";
  {
    prepare_hdf5();
    const Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), &H5Fclose);
    const Handle type(H5Tcreate(H5T_COMPOUND, 8), &H5Tclose);
    H5Tinsert(type.id(), "index", 0, H5T_NATIVE_INT64);
    const hsize_t length = 2;
    const Handle space(H5Screate_simple(1, &length, nullptr), &H5Sclose);
    for (const char* name : {"obs", "var"}) {
      const Handle made(
          H5Dcreate2(file.id(), name, type.id(), space.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
          &H5Dclose);
      ASSERT_TRUE(made);
    }
  }
  CohortRequest request;
  request.file = path;
  Scheduler scheduler(1);
  const auto fault =
      fault_of<InputError>([&] { static_cast<void>(open_cohort(request, scheduler)); });
  EXPECT_THAT(fault.found, HasSubstr("before 0.7"));
  EXPECT_THAT(fault.remedy, HasSubstr("read_h5ad"));
}

/// Passes data on unchanged: stands for a filter that the reader lacks.
std::size_t
pass_on(unsigned, std::size_t, const unsigned*, std::size_t bytes, std::size_t*, void**) {
  return bytes;
}

TEST(Hdf5File, NamesAFilterThatIsMissing) {
  const test::TempFolder folder;
  const auto path = folder / "f.h5";
  {
    prepare_hdf5();
    H5Z_class2_t filter{};
    filter.version = H5Z_CLASS_T_VERS;
    filter.id = absent_filter;
    filter.encoder_present = filter.decoder_present = 1;
    filter.name = "bitshuffle";
    filter.filter = pass_on;
    H5Zregister(&filter);
    const Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), &H5Fclose);
    const hsize_t length = 4;
    const Handle space(H5Screate_simple(1, &length, nullptr), &H5Sclose);
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE), &H5Pclose);
    H5Pset_chunk(creation.id(), 1, &length);
    H5Pset_filter(creation.id(), absent_filter, 0, 0, nullptr);
    const Handle made(
        H5Dcreate2(
            file.id(), "x", H5T_NATIVE_DOUBLE, space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT),
        &H5Dclose);
    const std::array<double, 4> values{1, 2, 3, 4};
    ASSERT_GE(H5Dwrite(made.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
              0);
  }
  H5Zunregister(absent_filter);
  const Hdf5File file(path);
  const auto fault = fault_of<InputError>([&] { static_cast<void>(file.numbers("x")); });
  EXPECT_THAT(fault.found, HasSubstr("32008"));
  EXPECT_THAT(fault.found, HasSubstr("bitshuffle"));
  EXPECT_THAT(fault.remedy, HasSubstr("write_h5ad"));
}

TEST(Hdf5File, ReadsAFileThatAWriterHolds) {
  const test::TempFolder folder;
  const auto path = folder / "held.h5";
  prepare_hdf5();
  const Handle held(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), &H5Fclose);
  ASSERT_TRUE(held);
  H5Fflush(held.id(), H5F_SCOPE_GLOBAL);
  // Another process would see the lock; inside this one HDF5 refuses by itself, with an error and not a crash.
  try {
    const Hdf5File file(path);
    EXPECT_TRUE(file.children("").empty());
  } catch (const InputError& error) {
    EXPECT_THAT(error.fault().found, HasSubstr("cannot be opened"));
  }
}

TEST(Hdf5File, RefusesTruncatedRandomAndEmptyFiles) {
  const test::TempFolder folder;
  {
    Hdf5Writer writer(folder / "good.h5ad");
    small_frames(writer);
    writer.commit();
  }
  std::ostringstream copy;
  copy << std::ifstream(folder / "good.h5ad", std::ios::binary).rdbuf();
  const std::string bytes = copy.str();
  Scheduler scheduler(1);
  const auto refusal = [&](const std::string& content) {
    CohortRequest request;
    request.file = folder.file("bad.h5ad", content);
    return fault_of<InputError>([&] { static_cast<void>(open_cohort(request, scheduler)); });
  };
  EXPECT_THAT(refusal(bytes.substr(0, bytes.size() / 2)).remedy, HasSubstr("truncated"));
  EXPECT_THAT(refusal("").remedy, HasSubstr("truncated"));
  std::string random;
  for (unsigned state = 1; random.size() < 4096; state = state * 1664525U + 1013904223U) {
    random += static_cast<char>(state >> 24U);
  }
  EXPECT_THAT(refusal(random).found, HasSubstr("not HDF5"));
}

TEST(Hdf5File, DoesNotBelieveCountsBeyondTheFile) {
  const test::TempFolder folder;
  const auto path = folder / "huge.h5";
  {
    prepare_hdf5();
    const Handle file(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), &H5Fclose);
    const hsize_t length = hsize_t{1} << 40;
    const hsize_t chunk = 1024;
    const Handle space(H5Screate_simple(1, &length, nullptr), &H5Sclose);
    const Handle creation(H5Pcreate(H5P_DATASET_CREATE), &H5Pclose);
    H5Pset_chunk(creation.id(), 1, &chunk);
    const Handle made(
        H5Dcreate2(
            file.id(), "x", H5T_NATIVE_DOUBLE, space.id(), H5P_DEFAULT, creation.id(), H5P_DEFAULT),
        &H5Dclose);
    ASSERT_TRUE(made);
  }
  const Hdf5File file(path);
  const auto fault = fault_of<InputError>([&] { static_cast<void>(file.numbers("x")); });
  EXPECT_THAT(fault.expected, HasSubstr("than the file can hold"));
}

} // namespace
} // namespace vigil::storage
