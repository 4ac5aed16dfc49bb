// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/base/text.hpp"
#include "vigil/report/page.hpp"
#include "vigil/report/words.hpp"

namespace vigil::report {

std::string null_check_section(const Report& report) {
  if (!report.null_check) {
    return {};
  }
  const NullCheckSummary& check = *report.null_check;
  std::string html = "<h2>Null check</h2>";
  html += paragraph(
      "Everything was done again on " + counted(check.permutations, "outcome", "outcomes") +
          " that mean nothing (the rows of the outcome in random order" +
          (check.within_centre ? " within each centre" : "") +
          "), by all steps of each model on the same folds. Concordance then is 0.5 but for "
          "chance; "
          "a mean above its limit, 0.5 and three Monte-Carlo standard errors, means that outcomes "
          "of test subjects reach the models.",
      "lead");
  PageTable table{.header = {"Model",
                             "Concordance on null outcomes",
                             "SE",
                             "Limit",
                             "With the real outcome",
                             "Features chosen",
                             "With the real outcome",
                             "Verdict"},
                  .rows = {},
                  .words = 1};
  for (const NullCheckVerdict& one : check.learners) {
    const std::string verdict = one.failed            ? "FAILED: " + one.because
                                : one.because.empty() ? std::string("passed")
                                                      : "not judged: " + one.because;
    const bool chooses = one.selected > 0.0 || one.study_selected > 0.0;
    table.rows.push_back({one.learner,
                          value_words(one.concordance, 3),
                          value_words(one.se, 4),
                          value_words(one.limit, 3),
                          value_words(one.study_concordance, 3),
                          chooses ? value_words(one.selected, 1) : "–",
                          chooses ? value_words(one.study_selected, 1) : "–",
                          verdict});
    table.strong.push_back(one.failed);
  }
  html += table_block(table);
  html += paragraph("Concordance within test folds" +
                        std::string(check.within_centre ? " and centres" : "") +
                        ". The check sees leaks inside the run alone: not features that were "
                        "chosen with the real "
                        "outcome before, nor copies of it among the columns.",
                    "note");
  return "<section id=\"null-check\">" + html + "</section>\n";
}

} // namespace vigil::report
