// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Files from strangers: a few bytes of every sample are overwritten at fixed random places. Reading either works or
// throws an error for the user. Each case runs in a child process, so that a crash is seen and not shared.
#include "vigil/base/random.hpp"
#include "vigil/storage/cohort_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/h5ad_example.hpp"
#include "tests/support/temp_folder.hpp"
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace vigil::storage {
namespace {

using ::testing::HasSubstr;

std::string bytes_of(const std::filesystem::path& file) {
  std::ostringstream copy;
  copy << std::ifstream(file, std::ios::binary).rdbuf();
  return copy.str();
}

std::string damaged(std::string bytes, Index number) {
  RandomStream stream(RandomKey(7).child(number));
  const Index flips = 1 + stream.index_below(4);
  for (Index flip = 0; flip < flips; ++flip) {
    const auto place = static_cast<std::size_t>(stream.index_below(size_of(bytes)));
    bytes[place] = static_cast<char>(stream.index_below(256));
  }
  return bytes;
}

/// 0: read; 1: an error for the user; 2: any other exception.
int outcome_of(const std::filesystem::path& file) {
  CohortRequest request;
  request.file = file;
  request.time = "os_months";
  request.event = "os_event";
  request.clinical = {"age", "grade"};
  request.centre = "centre";
  try {
    Scheduler scheduler(1);
    static_cast<void>(open_cohort(request, scheduler));
    return 0;
  } catch (const Error&) {
    return 1;
  } catch (...) {
    return 2;
  }
}

/// -1: the child crashed or did not end within 20 seconds.
int outcome_in_child(const std::filesystem::path& file) {
  constexpr unsigned seconds = 20;
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(seconds);
    ::_exit(outcome_of(file));
  }
  int state = 0;
  ::waitpid(child, &state, 0);
  return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

struct Sample {
  const char* name;
  /// Cases in which libhdf5 1.10.8 itself follows a damaged reference to a text out of its memory (H5HG_read, called
  /// by H5Dread and H5Aread): no call of its interface lets a program look at the reference first.
  std::vector<Index> beyond_us;
};

class DamagedFiles : public ::testing::TestWithParam<Sample> {};

TEST_P(DamagedFiles, GiveAnErrorOrValues) {
  const auto& sample = GetParam();
  const auto file =
      std::filesystem::path(VIGIL_SHARED_DATA) / "formats" / (std::string(sample.name) + ".h5ad");
  if (!std::filesystem::exists(file)) {
    GTEST_SKIP() << "no " << file;
  }
  constexpr Index cases = 60;
  const test::TempFolder folder;
  const std::string good = bytes_of(file);
  Index errors = 0;
  for (Index number = 0; number < cases; ++number) {
    const auto& skipped = sample.beyond_us;
    if (std::find(skipped.begin(), skipped.end(), number) != skipped.end()) {
      continue;
    }
    const int outcome = outcome_in_child(folder.file("x.h5ad", damaged(good, number)));
    EXPECT_TRUE(outcome == 0 || outcome == 1) << sample.name << " case " << number;
    errors += outcome == 1 ? 1 : 0;
  }
  EXPECT_GT(errors, 0);
}

INSTANTIATE_TEST_SUITE_P(Samples,
                         DamagedFiles,
                         ::testing::Values(Sample{"csc_counts_lzf", {}},
                                           Sample{"csr_counts_gzip", {16}},
                                           Sample{"csr_i64_unsorted", {}},
                                           Sample{"dense_f32_uncompressed", {}},
                                           Sample{"dense_f64_nan_gzip", {}},
                                           Sample{"legacy_v0_7_layout", {20, 44, 56}},
                                           Sample{"newer_nullable_string", {33}}),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(DamagedHeap, IsRefusedBeforeHdf5FollowsIt) {
  const test::TempFolder folder;
  test::write_example(folder / "c.h5ad", {});
  std::string bytes = bytes_of(folder / "c.h5ad");
  const auto heap = bytes.find("GCOL");
  ASSERT_NE(heap, std::string::npos);
  bytes[heap + 16 + 8 + 5] = '\x7f'; // the size of its first text, in the sixth of eight bytes
  const auto fault = test::fault_of<InputError>([&] {
    CohortRequest request;
    request.file = folder.file("d.h5ad", bytes);
    Scheduler scheduler(1);
    static_cast<void>(open_cohort(request, scheduler));
  });
  EXPECT_THAT(fault.found, HasSubstr("heap of texts"));
}

TEST(TruncatedFiles, AreRefusedAtEveryLength) {
  const test::TempFolder folder;
  test::write_example(folder / "c.h5ad", {.compress = 1});
  const std::string bytes = bytes_of(folder / "c.h5ad");
  for (std::size_t part = 0; part < 16; ++part) {
    const auto file = folder.file("t.h5ad", bytes.substr(0, bytes.size() * part / 16));
    EXPECT_EQ(outcome_in_child(file), 1) << part;
  }
}

} // namespace
} // namespace vigil::storage
