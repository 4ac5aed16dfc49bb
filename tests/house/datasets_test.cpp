// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/digest.hpp"

#include <gtest/gtest.h>

#include "tests/support/csv.hpp"
#include "tests/support/dataset.hpp"
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace vigil::test {
namespace {

namespace fs = std::filesystem;

bool is_digest(const std::string& text) {
  return text.size() == 64 &&
         std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isxdigit(c); });
}

/// The lines "digest  folder/file.csv" of datasets/README.md, as `sha256sum --check` reads them.
std::map<std::string, std::string> recorded_digests() {
  std::map<std::string, std::string> digests;
  std::istringstream readme(read_text(fs::path(VIGIL_DATASETS) / "README.md"));
  for (std::string line; std::getline(readme, line);) {
    if (line.size() > 66 && is_digest(line.substr(0, 64))) {
      digests[line.substr(66)] = line.substr(0, 64);
    }
  }
  return digests;
}

std::vector<fs::path> shipped_tables() {
  std::vector<fs::path> tables;
  for (const auto& entry : fs::recursive_directory_iterator(VIGIL_DATASETS)) {
    if (entry.path().extension() == ".csv") {
      tables.push_back(entry.path());
    }
  }
  return tables;
}

TEST(ShippedDatasets, HaveTheRecordedDigests) {
  const std::map<std::string, std::string> recorded = recorded_digests();
  const std::vector<fs::path> tables = shipped_tables();
  EXPECT_EQ(recorded.size(), tables.size());
  for (const fs::path& table : tables) {
    const std::string name = fs::relative(table, VIGIL_DATASETS).generic_string();
    const auto found = recorded.find(name);
    ASSERT_NE(found, recorded.end()) << name << " has no digest in datasets/README.md";
    EXPECT_EQ(file_digest(table), found->second) << name;
  }
}

TEST(ShippedDatasets, StateSourceAndLicence) {
  const std::string notice = read_text(fs::path(VIGIL_DATASETS) / "NOTICE");
  for (const fs::path& table : shipped_tables()) {
    const fs::path folder = table.parent_path();
    EXPECT_TRUE(fs::exists(folder / "SOURCE.md")) << folder;
    EXPECT_NE(notice.find("datasets/" + folder.filename().string() + " "), std::string::npos)
        << folder << " is not in datasets/NOTICE";
  }
}

TEST(ShippedDatasets, ExplainEveryColumn) {
  for (const fs::path& table : shipped_tables()) {
    const std::string source = read_text(table.parent_path() / "SOURCE.md");
    const Dataset dataset(table);
    for (const std::string& column : dataset.names()) {
      EXPECT_NE(source.find("| `" + column + "` |"), std::string::npos) << table << ": " << column;
    }
  }
}

} // namespace
} // namespace vigil::test
