// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/csv.hpp"
#include "tests/support/dataset.hpp"
#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace vigil::test {
namespace {

namespace files = std::filesystem;

files::path root() {
  return VIGIL_SOURCE_DIR;
}

/// Every Markdown page of docs, and the README, in sorted order.
std::vector<files::path> pages() {
  std::vector<files::path> found{root() / "README.md"};
  for (const auto& entry : files::recursive_directory_iterator(root() / "docs")) {
    if (entry.path().extension() == ".md") {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// What the first group of a pattern matches in a text, in its order.
std::vector<std::string> matches(const std::string& text, const std::string& pattern) {
  const std::regex expression(pattern);
  std::vector<std::string> found;
  for (auto match = std::sregex_iterator(text.begin(), text.end(), expression);
       match != std::sregex_iterator();
       ++match) {
    found.push_back((*match)[1]);
  }
  return found;
}

/// Code may hold brackets that are no links.
std::string without_code(const std::string& text) {
  const std::string without_blocks = std::regex_replace(text, std::regex("```[^`]*```"), "");
  return std::regex_replace(without_blocks, std::regex("`[^`\n]*`"), "");
}

/// Targets of the links of a page that stay inside the checkout, without their anchors.
std::vector<std::string> relative_links(const std::string& text) {
  std::vector<std::string> links;
  for (const auto& target : matches(without_code(text), R"(\]\(([^)\s]+)\))")) {
    const std::string path = target.substr(0, target.find('#'));
    if (!path.empty() && path.find(':') == std::string::npos) {
      links.push_back(path);
    }
  }
  return links;
}

/// Headings that a method page lacks.
std::vector<std::string> missing_sections(const std::string& page) {
  std::vector<std::string> missing;
  for (const char* section : {"What it answers",
                              "Definition",
                              "Domain and units",
                              "Ties, censoring, missing, weights",
                              "How it is computed",
                              "Accuracy and cost",
                              "Checked against",
                              "Limits",
                              "References"}) {
    if (("\n" + page).find("\n## " + std::string(section) + "\n") == std::string::npos) {
      missing.emplace_back(section);
    }
  }
  return missing;
}

TEST(Docs, EveryMethodPageHasItsSections) {
  int methods = 0;
  for (const auto& entry : files::directory_iterator(root() / "docs" / "methods")) {
    if (entry.path().filename() == "index.md") {
      continue;
    }
    ++methods;
    for (const auto& section : missing_sections(read_text(entry.path()))) {
      ADD_FAILURE() << entry.path().filename() << " lacks the section " << section;
    }
  }
  EXPECT_GE(methods, 15);
  EXPECT_EQ(missing_sections("# A page\n\n## Definition\n").size(), 8U);
}

TEST(Docs, EveryMethodPageIsInTheIndex) {
  const std::string index = read_text(root() / "docs" / "methods" / "index.md");
  for (const auto& entry : files::directory_iterator(root() / "docs" / "methods")) {
    const std::string name = entry.path().filename().string();
    EXPECT_TRUE(name == "index.md" || index.find("(" + name + ")") != std::string::npos) << name;
  }
}

TEST(Docs, EveryMeasureIsInTheIndex) {
  const std::string table = read_text(root() / "toolkit/vigil/measure/measures.cpp");
  const std::string index = read_text(root() / "docs" / "methods" / "index.md");
  // The name is the first text of a row: entry({"harrell_c",
  const auto names = matches(table, R"re(entry\(\s*\{\s*"([a-z0-9_]+)")re");
  EXPECT_GE(names.size(), 22U);
  for (const auto& name : names) {
    EXPECT_NE(index.find("`" + name + "`"), std::string::npos)
        << name << " is not in docs/methods/index.md";
  }
  for (const auto& name : matches(index, R"re(\n\| `([a-z0-9_]+)`)re")) {
    EXPECT_NE(std::find(names.begin(), names.end(), name), names.end())
        << name << " is in docs/methods/index.md but no measure";
  }
}

TEST(Docs, EveryReasonCodeIsExplained) {
  const std::string table = read_text(root() / "toolkit/vigil/triage/reasons.hpp");
  const std::string page = read_text(root() / "docs" / "methods" / "triage.md");
  const auto codes = matches(table, R"re(\{"(R\d\d)")re");
  EXPECT_GE(codes.size(), 9U);
  for (const auto& code : codes) {
    EXPECT_NE(page.find("| " + code + " |"), std::string::npos) << code;
  }
}

TEST(Docs, EveryColumnOfAStudyIsExplained) {
  const std::string fields = read_text(root() / "toolkit/vigil/report/fields.hpp");
  const std::string pages =
      read_text(root() / "docs/outputs.md") + read_text(root() / "docs/formats/report.md");
  const auto names = matches(fields, R"re(visit\("([a-z0-9_]+)")re");
  EXPECT_GE(names.size(), 100U);
  for (const auto& name : names) {
    EXPECT_TRUE(pages.find("`" + name + "`") != std::string::npos ||
                pages.find("`" + name + "[]`") != std::string::npos)
        << name << " is neither in docs/outputs.md nor in docs/formats/report.md";
  }
}

TEST(Docs, EveryVerbIsInTheContractAndTheReadme) {
  const std::string contract = read_text(root() / "docs/cli.md");
  const std::string readme = read_text(root() / "README.md");
  int verbs = 0;
  for (const auto& entry : files::directory_iterator(root() / "apps/vigil")) {
    for (const auto& name :
         matches(read_text(entry.path()), R"re(Verb [a-z_]+\{\s*\.name = "([a-z-]+)")re")) {
      ++verbs;
      EXPECT_NE(contract.find("| `" + name), std::string::npos) << name;
      EXPECT_NE(readme.find("`vigil " + name), std::string::npos) << name;
    }
  }
  EXPECT_GE(verbs, 12);
}

TEST(Docs, EveryRelativeLinkLeadsToAFile) {
  int links = 0;
  for (const auto& page : pages()) {
    for (const auto& link : relative_links(read_text(page))) {
      ++links;
      EXPECT_TRUE(files::exists(page.parent_path() / link))
          << files::relative(page, root()).string() << " links to " << link;
    }
  }
  EXPECT_GT(links, 40);
  EXPECT_EQ(relative_links("[a](x/y.md#part) [b](https://example.org) `[c](z.md)`").size(), 1U);
}

// Every number of another program is held by a test, or stands on the page with the reason why not.
TEST(Docs, EveryReferenceRowIsOnItsPage) {
  const Dataset table(root() / "tests/reference/reference_values.csv");
  std::map<std::string, int> rows;
  for (std::size_t row = 0; row < table.text("method").size(); ++row) {
    ++rows["| " + table.text("method")[row] + " | " + table.text("package")[row] + " | "];
  }
  std::istringstream page(read_text(root() / "docs/reproductions/reference_rows.md"));
  for (std::string line; std::getline(page, line);) {
    for (auto& [start, count] : rows) {
      if (line.rfind(start, 0) == 0) {
        count -= std::stoi(line.substr(start.size()));
        for (const auto& file : matches(line, R"re(`([a-z0-9_]+_test\.cpp)`)re")) {
          EXPECT_TRUE(files::exists(root() / "tests/reference" / file)) << line;
        }
      }
    }
  }
  for (const auto& [start, count] : rows) {
    EXPECT_EQ(count, 0) << start << ": rows missing (above 0) or too many on the page";
  }
}

TEST(Docs, EveryPageIsReachedFromTheIndex) {
  const std::string index = read_text(root() / "docs/index.md");
  const std::string methods = read_text(root() / "docs/methods/index.md");
  for (const auto& page : pages()) {
    const std::string name = files::relative(page, root() / "docs").generic_string();
    if (name == "index.md" || name == "../README.md") {
      continue;
    }
    const bool method = name.rfind("methods/", 0) == 0 && name != "methods/index.md";
    const std::string link = "(" + (method ? name.substr(8) : name) + ")";
    EXPECT_NE((method ? methods : index).find(link), std::string::npos)
        << name << " is linked from no index";
  }
}

TEST(Docs, TheReadmeShowsTheTwoCommands) {
  const std::string readme = read_text(root() / "README.md");
  for (const char* command : {"\nbash apps/demo.sh\n", "\nbash tests/run.sh\n"}) {
    EXPECT_NE(readme.find(command), std::string::npos) << command;
  }
  EXPECT_NE(readme.find("\n## Limits\n"), std::string::npos);
}

TEST(Docs, TheChangelogKeepsResultsApart) {
  const std::string changelog = read_text(root() / "docs/changelog.md");
  EXPECT_NE(changelog.find("\n### Results change\n"), std::string::npos);
}

} // namespace
} // namespace vigil::test
