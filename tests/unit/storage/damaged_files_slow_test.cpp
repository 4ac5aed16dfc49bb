// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Files from strangers: a few bytes of every sample are overwritten at fixed random places. Reading either works or
// throws an error for the user. Each case runs in a child process, so that a crash is seen and not shared.
#include "vigil/storage/cohort_reader.hpp"

#include <gtest/gtest.h>

#include "tests/support/damaged_file.hpp"
#include "tests/support/h5ad_example.hpp"
#include "tests/support/temp_folder.hpp"
#include <filesystem>
#include <string>

namespace vigil::storage {
namespace {

void read_cohort(const std::filesystem::path& file) {
  CohortRequest request;
  request.file = file;
  request.time = "os_months";
  request.event = "os_event";
  request.clinical = {"age", "grade"};
  request.centre = "centre";
  Scheduler scheduler(1);
  static_cast<void>(open_cohort(request, scheduler));
}

int outcome_of(const std::filesystem::path& file) {
  return test::outcome_in_child([&] { read_cohort(file); });
}

class DamagedFiles : public ::testing::TestWithParam<const char*> {};

/// Overwrites bytes of one sample in `cases` ways; counts errors.
void read_damaged(const std::string& name, Index first, Index cases) {
  const auto file = std::filesystem::path(VIGIL_SHARED_DATA) / "formats" / (name + ".h5ad");
  if (!std::filesystem::exists(file)) {
    GTEST_SKIP() << "no " << file;
  }
  const test::TempFolder folder;
  const std::string good = test::bytes_of(file);
  Index errors = 0;
  for (Index number = first; number < first + cases; ++number) {
    const int outcome = outcome_of(folder.file("x.h5ad", test::damaged_bytes(good, number)));
    EXPECT_TRUE(outcome == 0 || outcome == 1) << name << " case " << number;
    errors += outcome == 1 ? 1 : 0;
  }
  EXPECT_GT(errors, 0);
}

TEST_P(DamagedFiles, GiveAnErrorOrValues) {
  read_damaged(GetParam(), 0, 60);
}

INSTANTIATE_TEST_SUITE_P(Samples,
                         DamagedFiles,
                         ::testing::Values("csc_counts_lzf",
                                           "csr_counts_gzip",
                                           "csr_i64_unsorted",
                                           "dense_f32_uncompressed",
                                           "dense_f64_nan_gzip",
                                           "legacy_v0_7_layout",
                                           "newer_nullable_string"),
                         [](const auto& test) { return std::string(test.param); });

TEST(TruncatedFiles, AreRefusedAtEveryLength) {
  const test::TempFolder folder;
  test::write_example(folder / "c.h5ad", {.compress = 1});
  const std::string bytes = test::bytes_of(folder / "c.h5ad");
  for (std::size_t part = 0; part < 16; ++part) {
    const auto file = folder.file("t.h5ad", bytes.substr(0, bytes.size() * part / 16));
    EXPECT_EQ(outcome_of(file), 1) << part;
  }
}

} // namespace
} // namespace vigil::storage
