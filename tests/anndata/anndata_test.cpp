// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/h5ad_example.hpp"
#include "tests/support/temp_folder.hpp"
#include <cstdlib>

namespace vigil {
namespace {

const std::string python = "/usr/bin/python3 ";

class Anndata : public ::testing::TestWithParam<int> {};

TEST_P(Anndata, OpensWhatVigilWrites) {
  if (std::system((python + "-c 'import anndata' 2>/dev/null").c_str()) != 0) {
    GTEST_SKIP() << "python3-anndata is not installed";
  }
  const test::TempFolder folder;
  const auto file = folder / "cohort.h5ad";
  test::write_example(file, {.compress = GetParam(), .chunk_bytes = 160});
  const std::string script = VIGIL_SOURCE_DIR "/tests/anndata/opens_in_anndata.py ";
  EXPECT_EQ(std::system((python + script + file.string()).c_str()), 0);
}

INSTANTIATE_TEST_SUITE_P(Compression, Anndata, ::testing::Values(0, 4));

} // namespace
} // namespace vigil
