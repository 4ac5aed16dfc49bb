// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// Expected values: shared/data/formats/expected.json, written beside the samples by anndata 0.8.0 and h5py 3.7.0.
#include "vigil/storage/h5ad_file.hpp"
#include "vigil/storage/h5ad_frame.hpp"
#include "vigil/storage/h5ad_matrix.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fault_of.hpp"
#include "tests/support/near.hpp"
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

namespace vigil::storage {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::filesystem::path samples = std::filesystem::path(VIGIL_SHARED_DATA) / "formats";

MatrixSelection everything(const MatrixShape& shape) {
  MatrixSelection selection;
  selection.subjects.resize(at(shape.subjects));
  selection.features.resize(at(shape.features));
  std::iota(selection.subjects.begin(), selection.subjects.end(), Index{0});
  std::iota(selection.features.begin(), selection.features.end(), Index{0});
  return selection;
}

/// A matrix in its own numbers: offset + stored, subject after subject.
std::vector<double> matrix_of(const Hdf5File& file, const std::string& path, Index features = 40) {
  Scheduler scheduler(2);
  const auto shape = matrix_shape(file, path, 24, features);
  const auto matrix = read_matrix(file, path, shape, everything(shape), scheduler);
  std::vector<double> values(at(24 * features));
  for (Index feature = 0; feature < features; ++feature) {
    for (Index subject = 0; subject < 24; ++subject) {
      values[at(subject * features + feature)] =
          matrix.offset[at(feature)] +
          static_cast<double>(matrix.values[at(feature * 24 + subject)]);
    }
  }
  return values;
}

double sum_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) {
    sum += std::isnan(value) ? 0.0 : value;
  }
  return sum;
}

class H5adSamples : public ::testing::Test {
protected:
  void SetUp() override {
    if (!std::filesystem::exists(samples)) {
      GTEST_SKIP() << "no " << samples;
    }
    expected_ = json::parse(std::ifstream(samples / "expected.json"));
  }
  /// A column of numbers or booleans; null = missing.
  void expect_numbers(const DataFrame& frame, const std::string& column) const {
    const auto values = frame.numbers(column);
    const auto& wanted = expected_.at(column);
    ASSERT_EQ(values.size(), wanted.size());
    for (std::size_t row = 0; row < values.size(); ++row) {
      if (wanted[row].is_null()) {
        EXPECT_TRUE(std::isnan(values[row])) << column << row;
      } else {
        const double value = wanted[row].is_boolean() ? (wanted[row].get<bool>() ? 1.0 : 0.0)
                                                      : wanted[row].get<double>();
        EXPECT_EQ(values[row], value) << column << row;
      }
    }
  }
  void expect_texts(const DataFrame& frame, const std::string& column) const {
    const auto values = frame.texts(column);
    const auto& wanted = expected_.at(column);
    ASSERT_EQ(values.size(), wanted.size());
    for (std::size_t row = 0; row < values.size(); ++row) {
      EXPECT_EQ(values[row], wanted[row].is_null() ? "" : wanted[row].get<std::string>());
    }
  }
  void expect_common_columns(const DataFrame& obs) const {
    EXPECT_EQ(obs.index(), expected_.at("obs_names").get<std::vector<std::string>>());
    expect_numbers(obs, "os_months");
    expect_numbers(obs, "os_event");
    expect_numbers(obs, "age");
    expect_texts(obs, "centre");
    expect_texts(obs, "grade");
    EXPECT_EQ(obs.column("grade").levels, (std::vector<std::string>{"G1", "G2", "G3"}));
    EXPECT_EQ(obs.column("os_status").levels.front(), "0:LIVING");
  }
  json expected_;
};

TEST_F(H5adSamples, FramesOfAllSevenFiles) {
  for (const char* name : {"dense_f32_uncompressed",
                           "dense_f64_nan_gzip",
                           "csr_counts_gzip",
                           "csc_counts_lzf",
                           "csr_i64_unsorted",
                           "newer_nullable_string",
                           "legacy_v0_7_layout"}) {
    SCOPED_TRACE(name);
    const auto file = open_h5ad(samples / (std::string(name) + ".h5ad"));
    const auto obs = read_frame(file, "obs");
    EXPECT_EQ(obs.index_name(), "sample_id");
    expect_common_columns(obs);
    if (std::string_view(name) != "legacy_v0_7_layout") {
      expect_numbers(obs, "nodes_pos");
      expect_numbers(obs, "smoker");
    }
    const auto var = read_frame(file, "var");
    const auto first = expected_.at("var_names_first5").get<std::vector<std::string>>();
    EXPECT_EQ(std::vector<std::string>(var.index().begin(), var.index().begin() + 5), first);
    EXPECT_EQ(var.rows(), 40);
    EXPECT_TRUE(obs.unreadable().empty());
  }
}

TEST_F(H5adSamples, NewerTextColumns) {
  const auto obs = read_frame(open_h5ad(samples / "newer_nullable_string.h5ad"), "obs");
  // Read with h5py: texts of width 12 padded by zeros; a mask over the second note.
  EXPECT_EQ(obs.column("notes").kind, ColumnKind::text);
  EXPECT_EQ(obs.texts("notes")[0], "note 0");
  EXPECT_EQ(obs.texts("notes")[1], "");
  EXPECT_EQ(obs.texts("barcode_fixed")[1], "AC000001");
}

TEST_F(H5adSamples, DenseSinglePrecision) {
  const auto file = open_h5ad(samples / "dense_f32_uncompressed.h5ad");
  const auto values = matrix_of(file, "X");
  const auto& wanted = expected_.at("dense_f32_uncompressed");
  for (std::size_t column = 0; column < 5; ++column) {
    EXPECT_EQ(values[column], wanted.at("X[0][0:5]")[column].get<double>());
  }
  // 960 values below 4 in size, each rounded once to 24 bits.
  EXPECT_NEAR(sum_of(values), wanted.at("X_sum_f64").get<double>(), 960 * 4 * std::ldexp(1.0, -24));
}

TEST_F(H5adSamples, LayersAndRaw) {
  const auto file = open_h5ad(samples / "dense_f32_uncompressed.h5ad");
  EXPECT_EQ(matrix_path(file, "zscore"), "layers/zscore");
  EXPECT_NEAR(sum_of(matrix_of(file, matrix_path(file, "zscore"))), 0.0, 1e-3);
  EXPECT_EQ(read_frame_index(file, feature_frame_path("raw")).size(), 20U);
  const auto x = matrix_of(file, "X");
  const auto raw = matrix_of(file, matrix_path(file, "raw"), 20);
  EXPECT_EQ(raw[0], x[0]);
  const auto fault =
      test::fault_of<InputError>([&file] { static_cast<void>(matrix_path(file, "zscor")); });
  EXPECT_THAT(fault.remedy, HasSubstr("'zscore'"));
}

TEST_F(H5adSamples, DenseDoublePrecisionWithMissingValues) {
  const auto values = matrix_of(open_h5ad(samples / "dense_f64_nan_gzip.h5ad"), "X");
  const auto& wanted = expected_.at("dense_f64_nan_gzip");
  EXPECT_EQ(std::count_if(values.begin(), values.end(), [](double v) { return std::isnan(v); }),
            wanted.at("n_nan").get<long>());
  EXPECT_NEAR(sum_of(values), wanted.at("X_nansum").get<double>(), 960 * 4 * std::ldexp(1.0, -24));
}

TEST_F(H5adSamples, SparseCounts) {
  const auto& wanted = expected_.at("counts");
  for (const char* name : {"csr_counts_gzip.h5ad", "csc_counts_lzf.h5ad"}) {
    SCOPED_TRACE(name);
    const auto file = open_h5ad(samples / name);
    const auto values = matrix_of(file, "X");
    EXPECT_EQ(sum_of(values), wanted.at("sum").get<double>());
    EXPECT_EQ(std::count_if(values.begin(), values.end(), [](double v) { return v != 0.0; }),
              wanted.at("nnz").get<long>());
    const auto row = wanted.at("row0").get<std::vector<double>>();
    EXPECT_TRUE(std::equal(row.begin(), row.end(), values.begin()));
    for (std::size_t column = 0; column < 40; ++column) {
      EXPECT_EQ(values[wanted.at("empty_row").get<std::size_t>() * 40 + column], 0.0);
    }
    EXPECT_EQ(sum_of(matrix_of(file, matrix_path(file, "counts"))), wanted.at("sum").get<double>());
  }
}

TEST_F(H5adSamples, UnsortedRowsOfLongPositions) {
  const auto values = matrix_of(open_h5ad(samples / "csr_i64_unsorted.h5ad"), "X");
  EXPECT_EQ(sum_of(values), expected_.at("csr_i64_unsorted").at("sum").get<double>());
}

TEST_F(H5adSamples, LegacyLayoutHoldsTheSameMatrix) {
  const auto legacy = matrix_of(open_h5ad(samples / "legacy_v0_7_layout.h5ad"), "X");
  const auto dense = matrix_of(open_h5ad(samples / "dense_f32_uncompressed.h5ad"), "X");
  EXPECT_EQ(legacy, dense);
}

TEST_F(H5adSamples, NamesForeignFormats) {
  const auto refusal = [](const char* name) {
    return test::fault_of<InputError>([name] { static_cast<void>(open_h5ad(samples / name)); });
  };
  EXPECT_THAT(refusal("two_modality.h5mu").found, HasSubstr("MuData"));
  EXPECT_THAT(refusal("genes_by_samples.loom").found, HasSubstr("loom"));
  EXPECT_THAT(refusal("tenx_v3_matrix.h5").found, HasSubstr("10x"));
  EXPECT_THAT(refusal("tenx_v3_matrix.h5").remedy, HasSubstr("read_10x_h5"));
}

TEST_F(H5adSamples, SelectionsEqualTheWhole) {
  Scheduler scheduler(1);
  const MatrixSelection selection{.subjects = {1, 5, 23}, .features = {0, 7, 39}};
  for (const char* name :
       {"dense_f64_nan_gzip.h5ad", "csr_counts_gzip.h5ad", "csc_counts_lzf.h5ad"}) {
    SCOPED_TRACE(name);
    const auto file = open_h5ad(samples / name);
    const auto shape = matrix_shape(file, "X", 24, 40);
    const auto whole = read_matrix(file, "X", shape, everything(shape), scheduler);
    const auto part = read_matrix(file, "X", shape, selection, scheduler);
    for (std::size_t feature = 0; feature < 3; ++feature) {
      const Index column = selection.features[feature];
      EXPECT_EQ(part.offset[feature], whole.offset[at(column)]);
      for (std::size_t subject = 0; subject < 3; ++subject) {
        const float left = part.values[feature * 3 + subject];
        const float right = whole.values[at(column * 24 + selection.subjects[subject])];
        EXPECT_TRUE(left == right || (std::isnan(left) && std::isnan(right)));
      }
    }
  }
}

} // namespace
} // namespace vigil::storage
