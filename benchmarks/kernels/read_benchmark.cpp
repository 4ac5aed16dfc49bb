// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Reading a cohort of 500 x 100,000 uncompressed float32 against a raw H5Dread of the same file: feature-major
// chunks as vigil writes them, and the contiguous subject-major layout that AnnData writes. The limit is the copy
// of 200 MB out of the page cache. One thread; the sums of both must agree.
#include "vigil/storage/h5ad_file.hpp"
#include "vigil/storage/h5ad_matrix.hpp"
#include "vigil/storage/h5ad_write.hpp"

#include <hdf5.h>

#include <benchmark/benchmark.h>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using vigil::at;
using vigil::Index;

constexpr Index subjects = 500;
constexpr Index features = 100000;

float cell(Index subject, Index feature) {
  return static_cast<float>((subject * 7 + feature * 3) % 1000) / 8.0F;
}

std::vector<std::string> names(const std::string& prefix, Index count) {
  std::vector<std::string> result;
  for (Index number = 0; number < count; ++number) {
    result.push_back(prefix + std::to_string(number));
  }
  return result;
}

/// The file, written once; removed at the end of the program.
class Cohort {
public:
  explicit Cohort(bool subject_major)
      : file_(std::filesystem::temp_directory_path() /
              ("vigil-read-" + std::to_string(getpid()) + (subject_major ? "-rows" : "-columns") +
               ".h5ad")) {
    const vigil::storage::DataFrame obs(
        {.source = "obs", .index_name = "id", .index = names("s", subjects)});
    const vigil::storage::DataFrame var(
        {.source = "var", .index_name = "id", .index = names("f", features)});
    const auto fill = [](Index first, Index count, std::span<float> values) {
      for (Index feature = 0; feature < count; ++feature) {
        for (Index subject = 0; subject < subjects; ++subject) {
          values[at(feature * subjects + subject)] = cell(subject, first + feature);
        }
      }
    };
    vigil::storage::write_h5ad(file_, {.obs = obs, .var = var, .features = fill});
    if (subject_major) {
      rewrite_contiguous();
    }
  }
  ~Cohort() { std::filesystem::remove(file_); }
  Cohort(const Cohort&) = delete;
  Cohort& operator=(const Cohort&) = delete;
  Cohort(Cohort&&) = delete;
  Cohort& operator=(Cohort&&) = delete;
  [[nodiscard]] const std::filesystem::path& file() const { return file_; }

private:
  /// A second matrix beside X, as AnnData lays it out.
  void rewrite_contiguous() const {
    std::vector<float> rows(at(subjects * features));
    for (Index subject = 0; subject < subjects; ++subject) {
      for (Index feature = 0; feature < features; ++feature) {
        rows[at(subject * features + feature)] = cell(subject, feature);
      }
    }
    const hid_t file = H5Fopen(file_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hsize_t shape[] = {subjects, features};
    const hid_t space = H5Screate_simple(2, shape, nullptr);
    const hid_t data = H5Dcreate2(
        file, "layers/rows", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows.data());
    H5Dclose(data);
    H5Sclose(space);
    H5Fclose(file);
  }
  std::filesystem::path file_;
};

const Cohort& cohort(bool subject_major) {
  static const Cohort columns(false);
  static const Cohort rows(true);
  return subject_major ? rows : columns;
}

const char* matrix_of(bool subject_major) {
  return subject_major ? "layers/rows" : "X";
}

double expected_sum() {
  static const double total = [] {
    double sum = 0.0;
    for (Index feature = 0; feature < features; ++feature) {
      for (Index subject = 0; subject < subjects; ++subject) {
        sum += static_cast<double>(cell(subject, feature));
      }
    }
    return sum;
  }();
  return total;
}

void bytes_of(benchmark::State& state) {
  state.SetBytesProcessed(state.iterations() * subjects * features *
                          static_cast<Index>(sizeof(float)));
}

void raw_h5dread(benchmark::State& state) {
  const bool subject_major = state.range(0) != 0;
  const auto& file = cohort(subject_major).file();
  double sum = 0.0;
  for (auto _ : state) {
    std::vector<float> values(at(subjects * features));
    const hid_t opened = H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t data = H5Dopen2(opened, matrix_of(subject_major), H5P_DEFAULT);
    H5Dread(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(data);
    H5Fclose(opened);
    state.PauseTiming();
    sum = std::accumulate(values.begin(), values.end(), 0.0);
    state.ResumeTiming();
  }
  if (sum != expected_sum()) {
    state.SkipWithError("wrong values");
  }
  bytes_of(state);
}

void read_cohort(benchmark::State& state) {
  const bool subject_major = state.range(0) != 0;
  const auto& path = cohort(subject_major).file();
  vigil::Scheduler scheduler(1);
  vigil::storage::MatrixSelection all;
  all.subjects.resize(at(subjects));
  all.features.resize(at(features));
  std::iota(all.subjects.begin(), all.subjects.end(), Index{0});
  std::iota(all.features.begin(), all.features.end(), Index{0});
  double sum = 0.0;
  for (auto _ : state) {
    const auto file = vigil::storage::open_h5ad(path);
    const auto shape =
        vigil::storage::matrix_shape(file, matrix_of(subject_major), subjects, features);
    const auto matrix =
        vigil::storage::read_matrix(file, matrix_of(subject_major), shape, all, scheduler);
    state.PauseTiming();
    sum = std::accumulate(matrix.values.begin(), matrix.values.end(), 0.0);
    for (const double offset : matrix.offset) {
      sum += offset * static_cast<double>(subjects);
    }
    state.ResumeTiming();
  }
  if (std::fabs(sum - expected_sum()) > 1e-9 * expected_sum()) {
    state.SkipWithError("wrong values");
  }
  bytes_of(state);
}

BENCHMARK(raw_h5dread)->Arg(0)->Arg(1)->ArgName("subject_major")->Unit(benchmark::kMillisecond);
BENCHMARK(read_cohort)->Arg(0)->Arg(1)->ArgName("subject_major")->Unit(benchmark::kMillisecond);

} // namespace
