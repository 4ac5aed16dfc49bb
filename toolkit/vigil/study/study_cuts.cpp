// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/study/study_cuts.hpp"

#include "vigil/base/text.hpp"
#include "vigil/study/study_rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>

namespace vigil {

namespace {

/// NaN, for no cut, comes last.
double sort_key(double cut) {
  return std::isnan(cut) ? std::numeric_limits<double>::infinity() : cut;
}

/// How often each cut was chosen, and by how many resamples of the learner.
struct Counts {
  std::map<double, Index> times = {};
  Index resamples = 0;
};

Counts counts_of(std::span<const ResampleRecord> records,
                 const std::string& learner,
                 const std::string& column) {
  Counts counts;
  for (const ResampleRecord& record : records) {
    if (record.learner != learner) {
      continue;
    }
    ++counts.resamples;
    for (const ChosenCut& one : record.cuts) {
      counts.times[sort_key(one.cut)] += one.column == column ? 1 : 0;
    }
  }
  std::erase_if(counts.times, [](const auto& entry) { return entry.second == 0; });
  return counts;
}

std::string test_text(double p, Index cuts) {
  return (p < 1e-4 ? std::string("p < 0.0001") : "p " + fixed_text(p, 4)) + " adjusted for the " +
         count_text(cuts, "cut") + " compared";
}

// Four digits for the eye; cut_points.tsv has them all.
std::string limit_text(double value) {
  std::array<char, 32> text{};
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 4);
  return {text.data(), end.ptr};
}

} // namespace

std::string cut_text(const FrozenCut& cut) {
  return cut.chosen()
             ? cut.column + " > " + number_text(cut.cut) + ": log-rank statistic " +
                   fixed_text(cut.choice.statistic, 2) + ", " +
                   test_text(cut.choice.p, cut.choice.cuts)
             : cut.column + ": no cut, and the column is left out: " + cut.choice.undefined_because;
}

std::vector<report::CutPointRow> cut_point_rows(std::span<const ResampleRecord> records,
                                                std::span<const FinalModel> models) {
  std::vector<report::CutPointRow> rows;
  for (const FinalModel& model : models) {
    if (!model.model.cuts()) {
      continue;
    }
    for (const FrozenCut& one : model.model.cuts()->cuts()) {
      Counts counts = counts_of(records, model.learner, one.column);
      counts.times.try_emplace(sort_key(one.cut), 0);
      for (const auto& [key, times] : counts.times) {
        const bool is_final = key == sort_key(one.cut);
        report::CutPointRow row{.learner = model.learner,
                                .feature = one.column,
                                .cut = std::isinf(key) ? not_available : key,
                                .resamples = times,
                                .share = static_cast<double>(times) /
                                         static_cast<double>(counts.resamples),
                                .is_final = is_final ? 1 : 0};
        if (is_final) {
          row.statistic = one.choice.statistic;
          row.p = one.choice.p;
          row.cuts_compared = one.choice.cuts;
          row.undefined_because = one.choice.undefined_because;
        }
        rows.push_back(std::move(row));
      }
    }
  }
  return rows;
}

std::vector<std::string> cut_notes(std::span<const report::CutPointRow> rows, Index resamples) {
  std::vector<std::string> notes;
  for (const report::CutPointRow& row : rows) {
    if (row.is_final == 0) {
      continue;
    }
    double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
    for (const report::CutPointRow& other : rows) {
      if (other.learner == row.learner && other.feature == row.feature && other.resamples > 0 &&
          !std::isnan(other.cut)) {
        lowest = std::min(lowest, other.cut);
        highest = std::max(highest, other.cut);
      }
    }
    const std::string spread = lowest <= highest
                                   ? "resamples cut between " + limit_text(lowest) + " and " +
                                         limit_text(highest) + ", " + number_text(row.resamples) +
                                         " of " + number_text(resamples) + " as the final model"
                                   : "no resample cut it";
    notes.push_back(row.learner + ": " + row.feature +
                    (std::isnan(row.cut)
                         ? " has no cut in the final model (" + row.undefined_because + ")"
                         : " is cut at " + limit_text(row.cut) +
                               ", where the training outcomes are parted best: " +
                               test_text(row.p, row.cuts_compared)) +
                    "; " + spread);
  }
  return notes;
}

} // namespace vigil
