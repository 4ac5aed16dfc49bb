// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>

namespace {

namespace files = std::filesystem;

using Floors = std::map<std::string, std::set<std::string>>;

/// "cohort: parallel" lines, as vigil_module recorded them.
Floors read_floors(std::istream& text) {
  Floors floors;
  std::string line;
  while (std::getline(text, line)) {
    const auto colon = line.find(':');
    if (colon == std::string::npos) {
      continue;
    }
    auto& below = floors[line.substr(0, colon)];
    std::istringstream names(line.substr(colon + 1));
    std::string name;
    while (names >> name) {
      below.insert(name);
    }
  }
  return floors;
}

/// All that a module reaches, itself included.
std::set<std::string> closure(const Floors& floors, const std::string& module) {
  std::set<std::string> reached{module};
  for (const auto& below : floors.at(module)) {
    const auto deeper = closure(floors, below);
    reached.insert(deeper.begin(), deeper.end());
  }
  return reached;
}

/// Names file, line and floor of an include that reaches upwards or sideways; empty when it may stand.
std::string broken_floor(const Floors& floors, const std::string& module, const std::string& line) {
  static const std::regex include(R"(^\s*#include\s+"vigil/([a-z_]+)/)");
  std::smatch match;
  if (!std::regex_search(line, match, include)) {
    return {};
  }
  const std::string wanted = match[1];
  if (closure(floors, module).count(wanted) > 0) {
    return {};
  }
  return module + " may not include " + wanted;
}

TEST(Floors, NoIncludeReachesUpwards) {
  std::ifstream record(VIGIL_FLOORS);
  ASSERT_TRUE(record) << VIGIL_FLOORS;
  const Floors floors = read_floors(record);
  ASSERT_GE(floors.size(), 5U);
  const files::path root = files::path(VIGIL_SOURCE_DIR) / "toolkit" / "vigil";
  int includes = 0;
  for (const auto& entry : files::recursive_directory_iterator(root)) {
    const auto extension = entry.path().extension();
    const auto relative = files::relative(entry.path(), root);
    if ((extension != ".hpp" && extension != ".cpp") ||
        std::distance(relative.begin(), relative.end()) < 2) {
      continue;
    }
    const std::string module = *relative.begin();
    if (floors.count(module) == 0) {
      continue; // headers of a room that no target builds yet
    }
    std::ifstream source(entry.path());
    std::string line;
    for (int number = 1; std::getline(source, line); ++number) {
      const auto fault = broken_floor(floors, module, line);
      includes += line.find("#include \"vigil/") != std::string::npos ? 1 : 0;
      EXPECT_TRUE(fault.empty()) << entry.path().string() << ":" << number << ": " << fault;
    }
  }
  EXPECT_GT(includes, 20);
}

TEST(Floors, ABrokenFloorIsNamed) {
  std::istringstream record("base: \ncohort: base\nlearn: cohort\nstudy: learn\n");
  const Floors floors = read_floors(record);
  EXPECT_EQ(broken_floor(floors, "cohort", "#include \"vigil/study/registry.hpp\""),
            "cohort may not include study");
  EXPECT_EQ(broken_floor(floors, "study", "#include \"vigil/base/index.hpp\""), "");
}

TEST(Floors, EveryRoomStandsOnLowerOnes) {
  std::ifstream record(VIGIL_FLOORS);
  const Floors floors = read_floors(record);
  for (const auto& [module, below] : floors) {
    for (const auto& name : below) {
      ASSERT_EQ(floors.count(name), 1U) << module << " depends on unknown " << name;
      EXPECT_EQ(closure(floors, name).count(module), 0U)
          << module << " and " << name << " form a circle";
    }
  }
}

} // namespace
