// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/storage/cohort_reader.hpp"
#include "vigil/storage/streamed_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/h5ad_example.hpp"
#include "tests/support/temp_folder.hpp"
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <stdexcept>

namespace vigil::storage {
namespace {

using ::testing::HasSubstr;

constexpr Index features = test::example_features;
/// Less than any buffer: every matrix is streamed.
constexpr Index tiny_memory = 1;

CohortRequest request_for(const std::filesystem::path& file, Index memory_bytes) {
  CohortRequest request;
  request.file = file;
  request.memory_bytes = memory_bytes;
  return request;
}

std::vector<float> all_columns(const FeatureMatrix& matrix, Scheduler& scheduler) {
  std::vector<Index> all(at(matrix.features()));
  std::iota(all.begin(), all.end(), Index{0});
  return matrix.columns(all, scheduler);
}

void expect_same_bytes(const CohortRequest& request, int threads) {
  Scheduler scheduler(threads);
  auto resident_request = request;
  resident_request.memory_bytes = 0;
  const auto resident = open_cohort(resident_request, scheduler);
  const auto streamed = open_cohort(request, scheduler);
  const auto& left = resident.parts().features;
  const auto& right = streamed.parts().features;
  ASSERT_EQ(left.features(), right.features());
  for (Index feature = 0; feature < left.features(); ++feature) {
    EXPECT_EQ(left.info(feature).offset, right.info(feature).offset);
    EXPECT_EQ(left.info(feature).name, right.info(feature).name);
  }
  const auto a = all_columns(left, scheduler);
  const auto b = all_columns(right, scheduler);
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)), 0);
}

TEST(StreamedSource, EqualsResidentInBytes) {
  const test::TempFolder folder;
  const auto file = folder / "c.h5ad";
  for (const int compress : {0, 1, 9}) {
    for (const Index chunk_bytes : {Index{1}, Index{100}, Index{1} << 20}) {
      test::write_example(file, {.compress = compress, .chunk_bytes = chunk_bytes});
      for (const int threads : {1, 2, 7}) {
        expect_same_bytes(request_for(file, tiny_memory), threads);
      }
    }
  }
}

TEST(StreamedSource, EqualsResidentForSomeSubjectsAndMarkers) {
  const test::TempFolder folder;
  const auto file = folder / "c.h5ad";
  test::write_example(file, {.compress = 2, .chunk_bytes = 60});
  auto request = request_for(file, tiny_memory);
  request.subjects = {"time>1"};
  choose_features(request, "g0,g3,g4,g17,g22");
  for (const int threads : {1, 3}) {
    expect_same_bytes(request, threads);
  }
}

TEST(StreamedSource, VisitsTheListedBlocksOnce) {
  const test::TempFolder folder;
  const auto file = folder / "c.h5ad";
  test::write_example(file, {.chunk_bytes = 40});
  Scheduler scheduler(3);
  const auto cohort = open_cohort(request_for(file, tiny_memory), scheduler);
  const auto& source = cohort.parts().features.source();
  EXPECT_EQ(source.block_features(), 2);
  const std::vector<Index> blocks{11, 0, 5, 4};
  std::vector<int> visits(at(features));
  source.pass(scheduler, blocks, [&visits](const ColumnBlock& block, Index) {
    for (Index feature = 0; feature < block.features(); ++feature) {
      ++visits[at(block.first_feature() + feature)];
    }
  });
  std::vector<int> wanted(at(features));
  for (const std::size_t feature : {22, 0, 1, 10, 11, 8, 9}) {
    wanted[feature] = 1;
  }
  EXPECT_EQ(visits, wanted);
}

TEST(StreamedSource, RethrowsTheFailureOfAVisit) {
  const test::TempFolder folder;
  const auto file = folder / "c.h5ad";
  test::write_example(file, {.chunk_bytes = 1});
  Scheduler scheduler(2);
  const auto cohort = open_cohort(request_for(file, tiny_memory), scheduler);
  try {
    cohort.parts().features.pass(scheduler, [](const ColumnBlock& block, Index) {
      if (block.first_feature() >= 2) {
        throw std::runtime_error("feature " + std::to_string(block.first_feature()));
      }
    });
    FAIL() << "no failure";
  } catch (const std::runtime_error& failure) {
    EXPECT_STREQ(failure.what(), "feature 2");
  }
}

TEST(StreamedSource, RunsInsideATask) {
  const test::TempFolder folder;
  const auto file = folder / "c.h5ad";
  test::write_example(file, {.compress = 1, .chunk_bytes = 40});
  Scheduler scheduler(3);
  const auto cohort = open_cohort(request_for(file, tiny_memory), scheduler);
  const auto wanted = all_columns(cohort.parts().features, scheduler);
  std::vector<std::vector<float>> got(6);
  scheduler.for_each(6, [&](Index task, Index) {
    got[at(task)] = all_columns(cohort.parts().features, scheduler);
  });
  for (const auto& values : got) {
    EXPECT_EQ(std::memcmp(values.data(), wanted.data(), wanted.size() * sizeof(float)), 0);
  }
}

TEST(StreamedSource, NamesADamagedChunk) {
  const test::TempFolder folder;
  const auto file = folder / "c.h5ad";
  test::write_example(file, {.compress = 6, .chunk_bytes = 1 << 20});
  // X is written first: its one packed chunk starts with the header of zlib at level 6.
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  std::string content(std::filesystem::file_size(file), '\0');
  bytes.read(content.data(), static_cast<std::streamsize>(content.size()));
  const auto place = content.find("\x78\x9c");
  ASSERT_NE(place, std::string::npos);
  bytes.seekp(static_cast<std::streamoff>(place) + 20);
  bytes.write("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
  bytes.close();
  Scheduler scheduler(2);
  for (const Index memory : {Index{0}, tiny_memory}) {
    const auto fault = test::fault_of<InputError>(
        [&] { static_cast<void>(open_cohort(request_for(file, memory), scheduler)); });
    EXPECT_THAT(fault.remedy, HasSubstr("damaged"));
    EXPECT_THAT(fault.where, HasSubstr("c.h5ad:/X"));
  }
}

TEST(StreamedSource, SendsOtherLayoutsToImport) {
  const auto file =
      std::filesystem::path(VIGIL_SHARED_DATA) / "formats" / "dense_f32_uncompressed.h5ad";
  if (!std::filesystem::exists(file)) {
    GTEST_SKIP() << "no " << file;
  }
  Scheduler scheduler(1);
  const auto fault = test::fault_of<ResourceError>(
      [&] { static_cast<void>(open_cohort(request_for(file, tiny_memory), scheduler)); });
  EXPECT_THAT(fault.remedy, HasSubstr("vigil import dense_f32_uncompressed.h5ad"));
}

} // namespace
} // namespace vigil::storage
