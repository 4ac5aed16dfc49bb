// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <regex>
#include <string>
#include <vector>

namespace {

namespace files = std::filesystem;

struct Wall {
  const char* what;                                       ///< pattern of a line
  std::function<bool(const std::string& path)> may_stand; ///< path below the project, '/' separated
  const char* why;
};

bool starts_with_any(const std::string& path, const std::vector<std::string>& prefixes) {
  for (const auto& prefix : prefixes) {
    if (path.rfind(prefix, 0) == 0) {
      return true;
    }
  }
  return false;
}

bool is_source(const std::string& path) {
  return path.size() > 4 && path.substr(path.size() - 4) == ".cpp";
}

/// Lines of toolkit/ and apps/ that match `what` outside of the places where it may stand.
std::vector<std::string> offenders(const Wall& wall) {
  std::vector<std::string> found;
  const std::regex pattern(wall.what);
  for (const char* folder : {"toolkit", "apps"}) {
    const files::path root = files::path(VIGIL_SOURCE_DIR);
    for (const auto& entry : files::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".hpp" && extension != ".cpp") {
        continue;
      }
      const std::string path = files::relative(entry.path(), root).generic_string();
      std::ifstream source(entry.path());
      std::string line;
      for (int number = 1; std::getline(source, line); ++number) {
        if (std::regex_search(line, pattern) && !wall.may_stand(path)) {
          found.push_back(path + ":" + std::to_string(number) + ": " + line);
        }
      }
    }
  }
  return found;
}

const std::string room = "toolkit/vigil/";

const std::vector<Wall>& walls() {
  static const std::vector<Wall> all{
      {R"(#include\s+<armadillo>)",
       [](const std::string& path) { return path == room + "numeric/matrix.hpp"; },
       "Armadillo enters through numeric/matrix.hpp"},
      {R"(#include\s+"vigil/numeric/matrix.hpp")",
       is_source,
       "only .cpp files may include numeric/matrix.hpp: it costs five seconds a file"},
      {R"(#include\s+<(hdf5|H5|zlib|lzf))",
       [](const std::string& path) {
         return is_source(path) && starts_with_any(path, {room + "storage/"});
       },
       "HDF5, zlib and liblzf stay in storage/*.cpp"},
      {R"(#include\s+<omp\.h>|#pragma\s+omp\s+parallel)",
       [](const std::string& path) { return path == room + "parallel/team_openmp.cpp"; },
       "one parallel region in the project"},
      {R"(#include\s+<boost/)",
       [](const std::string& path) {
         return is_source(path) && starts_with_any(path, {room + "numeric/"});
       },
       "Boost stays in numeric/*.cpp"},
      {R"(#include\s+<nlohmann/)",
       [](const std::string& path) {
         return is_source(path) &&
                starts_with_any(path,
                                {room + "storage/", room + "report/", room + "study/", "apps/"});
       },
       "JSON stays in .cpp files of storage, report, study and apps"},
      {R"(#include\s+<toml\+\+/|#include\s+<CLI/)",
       [](const std::string& path) {
         return is_source(path) && starts_with_any(path, {room + "study/", "apps/"});
       },
       "toml++ and CLI11 in one .cpp each"},
      {R"(std::random_device|std::mt19937|\brand\(\)|arma::rand|arma_rng|std::shuffle)",
       [](const std::string&) { return false; },
       "randomness comes from RandomKey alone"},
      {R"(std::source_location|<ranges>)",
       [](const std::string&) { return false; },
       "clang 14 with libstdc++ 12 cannot compile it"},
      {R"(using namespace)", [](const std::string&) { return false; }, "names are spelled out"},
  };
  return all;
}

TEST(Walls, NothingStandsOnTheWrongSide) {
  for (const auto& wall : walls()) {
    for (const auto& line : offenders(wall)) {
      ADD_FAILURE() << line << "\n  " << wall.why;
    }
  }
}

TEST(Walls, EverySourceHasItsLicence) {
  for (const char* folder : {"toolkit", "apps", "tests", "benchmarks"}) {
    const files::path root = files::path(VIGIL_SOURCE_DIR) / folder;
    if (!files::exists(root)) {
      continue;
    }
    for (const auto& entry : files::recursive_directory_iterator(root)) {
      const auto extension = entry.path().extension();
      if (extension != ".hpp" && extension != ".cpp") {
        continue;
      }
      std::ifstream source(entry.path());
      std::string first, second;
      std::getline(source, first);
      std::getline(source, second);
      EXPECT_EQ(first, "// SPDX-FileCopyrightText: vigil authors") << entry.path();
      EXPECT_EQ(second, "// SPDX-License-Identifier: Apache-2.0") << entry.path();
    }
  }
}

} // namespace
