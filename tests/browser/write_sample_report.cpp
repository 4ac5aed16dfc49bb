// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// write_sample_report DIR SUBJECTS: a report to look at, as `vigil run` would leave it.
#include "vigil/base/text.hpp"
#include "vigil/report/figures.hpp"
#include "vigil/report/write_html.hpp"
#include "vigil/report/write_json.hpp"
#include "vigil/report/write_tables.hpp"

#include "tests/support/sample_report.hpp"
#include <filesystem>

int main(int count, char** arguments) {
  if (count != 3) {
    return 2;
  }
  const std::filesystem::path directory = arguments[1];
  const auto report = vigil::test::large_report(vigil::parse_index(arguments[2]).value_or(686));
  vigil::report::write_html(report, directory);
  vigil::report::write_json(report, directory);
  vigil::report::write_tables(report, directory / "tables");
  vigil::report::write_figures(report, directory / "figures");
  return 0;
}
