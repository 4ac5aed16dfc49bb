// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/report/assets.hpp"
#include "vigil/report/figures.hpp"
#include "vigil/select/screen.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace vigil::report {

/// A screen beside what its page says of it.
struct ScreenReport {
  const select::Screen& screen;
  std::vector<std::string> feature = {};      ///< names, by place of the screen
  std::vector<std::string> adjusted_for = {}; ///< names
  std::string file = {};                      ///< of the cohort, without its folder
  Index subjects = 0, events = 0, draws = 0;
  bool permuted = false; ///< draws are permutations, else multipliers
  std::string corrected_for =
      {}; ///< batch column that markers were corrected for; empty: they were not
};

/// Figure `volcano`: estimates against -log10 p, the largest p-value that is a discovery at 0.05 by maxT and at 0.05 and
/// 0.1 by Benjamini and Hochberg as dashed lines, the first discoveries by name.
///
/// Of more than 20,000 tests the 5,000 of largest |z| and every k-th of the others are drawn. An estimate beyond four times
/// the 95th percentile of the drawn ones stands at the edge. checked by tests/unit/report/screen_report_test
[[nodiscard]] Figure volcano_figure(const ScreenReport& report);

/// The page: as that of a study (html_text), with the volcano, the first features and what the tests do not say.
[[nodiscard]] std::string screen_html(const ScreenReport& report,
                                      const Assets& assets = embedded_assets());

/// Writes report.html and figures/volcano.* into `directory`; without a test no figure. Throws ConfigError, ResourceError.
void write_screen(const ScreenReport& report, const std::filesystem::path& directory);

} // namespace vigil::report
