// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// write_sample_report DIR SUBJECTS: a report to look at, as `vigil run` would leave it, and DIR/screen as of `vigil screen`
// with ten times as many features.
#include "vigil/base/random.hpp"
#include "vigil/base/text.hpp"
#include "vigil/numeric/tail.hpp"
#include "vigil/report/figures.hpp"
#include "vigil/report/screen_report.hpp"
#include "vigil/report/write_html.hpp"
#include "vigil/report/write_json.hpp"
#include "vigil/report/write_tables.hpp"
#include "vigil/select/multiple_testing.hpp"

#include "tests/support/sample_report.hpp"
#include <algorithm>
#include <filesystem>

namespace {

/// One feature in a hundred acts.
void write_sample_screen(vigil::Index features, const std::filesystem::path& directory) {
  vigil::select::Screen screen;
  std::vector<std::string> names;
  vigil::RandomStream draw(vigil::RandomKey(11));
  for (vigil::Index feature = 0; feature < features; ++feature) {
    screen.column.push_back(feature);
    screen.reason.push_back(vigil::select::ScreenReason::none);
    screen.z.push_back(draw.normal() + (feature % 100 == 7 ? 5.0 : 0.0));
    screen.se.push_back(0.05 + 0.1 * draw.uniform());
    screen.estimate.push_back(screen.z.back() * screen.se.back());
    screen.p.push_back(vigil::two_sided_normal_p(screen.z.back()));
    names.push_back("feature " + vigil::number_text(feature));
  }
  screen.bh = vigil::select::benjamini_hochberg(screen.p);
  for (const double p : screen.p) { // Bonferroni's, of which maxT's differ little
    screen.max_t.push_back(std::min(1.0, p * static_cast<double>(features)));
  }
  vigil::report::write_screen({.screen = screen,
                               .feature = names,
                               .adjusted_for = {"age", "stage"},
                               .file = "cohort.h5ad",
                               .subjects = 300,
                               .events = 120,
                               .draws = 1000},
                              directory);
}

} // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    return 2;
  }
  const std::filesystem::path directory = arguments[1];
  const auto subjects = vigil::parse_index(arguments[2]).value_or(686);
  const auto report = vigil::test::large_report(subjects);
  write_sample_screen(10 * subjects, directory / "screen");
  vigil::report::write_html(report, directory);
  vigil::report::write_json(report, directory);
  vigil::report::write_tables(report, directory / "tables");
  vigil::report::write_figures(report, directory / "figures");
  return 0;
}
