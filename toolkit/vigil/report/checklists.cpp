// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/report/checklists.hpp"

#include "vigil/report/write_file.hpp"
#include "vigil/version.hpp"

#include <array>

namespace vigil::report {

namespace {

/// A cell of a Markdown table: no bar and no line end of its own.
std::string cell(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    result += letter == '|'                      ? "\\|"
              : letter == '\n' || letter == '\r' ? " "
                                                 : std::string(1, letter);
  }
  return result;
}

/// A field of a TSV table; NA where it is empty.
std::string field(std::string_view text) {
  std::string result(text.empty() ? "NA" : text);
  for (char& letter : result) {
    letter = letter == '\t' || letter == '\n' || letter == '\r' ? ' ' : letter;
  }
  return result;
}

/// Facts that are put together leave blanks where one of them is empty.
std::string trimmed(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    if (letter != ' ' || (!result.empty() && result.back() != ' ')) {
      result += letter;
    }
  }
  while (!result.empty() && result.back() == ' ') {
    result.pop_back();
  }
  return result;
}

} // namespace

std::string_view status_of(const ChecklistItem& item) {
  if (trimmed(item.filled).empty()) {
    return "author";
  }
  return item.open.empty() ? "filled" : "partly";
}

std::string checklist_text(const Checklist& checklist) {
  std::string text = "# " + std::string(checklist.title) + "\n\n" +
                     "A draft from the run; items of the guideline in our words, after " +
                     std::string(checklist.source) +
                     ". What only the authors can say is left to them. " + intended_use +
                     "\n\n| item | topic | from the run | left to the authors | where |\n"
                     "|---|---|---|---|---|\n";
  for (const ChecklistItem& item : checklist.items) {
    text += "| " + std::string(item.item) + " | " + cell(item.topic) + " | " +
            cell(trimmed(item.filled)) + " | " + cell(item.open) + " | " + cell(item.evidence) +
            " |\n";
  }
  return text;
}

std::string table_text(std::span<const Checklist> checklists) {
  std::string text = "checklist\titem\ttopic\tstatus\tfilled\topen\tevidence\n";
  for (const Checklist& checklist : checklists) {
    for (const ChecklistItem& item : checklist.items) {
      text += field(checklist.name) + "\t" + field(item.item) + "\t" + field(item.topic) + "\t" +
              field(status_of(item)) + "\t" + field(trimmed(item.filled)) + "\t" +
              field(item.open) + "\t" + field(item.evidence) + "\n";
    }
  }
  return text;
}

void write_checklists(const Report& report, const std::filesystem::path& directory) {
  const std::array checklists{remark(report), tripod_ai(report)};
  for (const Checklist& checklist : checklists) {
    write_file(directory / (std::string(checklist.name) + ".md"), checklist_text(checklist));
  }
  write_file(directory / "items.tsv", table_text(checklists));
}

} // namespace vigil::report
