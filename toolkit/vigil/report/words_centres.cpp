// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
//
// What is said of a new centre; words.cpp has the other words.
#include "vigil/base/text.hpp"
#include "vigil/report/words.hpp"

#include <algorithm>
#include <cmath>

namespace vigil::report {

namespace {

std::string range_words(double from, double to) {
  return std::isnan(to)     ? "above " + number_text(from)
         : std::isnan(from) ? "below " + number_text(to)
                            : "between " + number_text(from) + " and " + number_text(to);
}

std::string probability_words(double p) { // never certain
  return p > 0.99 ? "more than 99 %" : p < 0.01 ? "less than 1 %" : percent_words(p);
}

} // namespace

std::string new_centre_words(const Report& report, const CentreRow& row) {
  if (std::isnan(row.adequate_probability)) {
    return {};
  }
  std::string text = "With probability " + probability_words(row.adequate_probability) +
                     " the value of a new centre lies " +
                     range_words(row.adequate_from, row.adequate_to);
  const auto slope =
      std::find_if(report.centres.begin(), report.centres.end(), [&row](const CentreRow& other) {
        return other.measure == "calibration_slope" && other.learner == row.learner &&
               other.resampling == row.resampling && other.centre.empty();
      });
  if (!std::isnan(row.adequate_with_slope) && slope != report.centres.end()) {
    text += ", with " + probability_words(row.adequate_with_slope) + " its calibration slope " +
            range_words(slope->adequate_from, slope->adequate_to) + " too";
  }
  return text + ".";
}

} // namespace vigil::report
