// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/validate/schemes.hpp"

#include <string>
#include <vector>

namespace vigil {

/// What each learner reached in each resample, cell by cell. A Value has the text `because`: empty where it is
/// defined, `record_missing` from the start.
template <class Value>
struct ResampleValues {
  std::vector<LearnerRecords> learners;
  std::vector<MeasureCell> cells;
  std::vector<std::vector<std::vector<Value>>> value; ///< [learner][cell][resample]

  ResampleValues(const ValidationResults& results, const SummaryOptions& options)
      : learners(by_learner(results)), cells(measure_cells(options)),
        value(learners.size(),
              std::vector<std::vector<Value>>(cells.size(),
                                              std::vector<Value>(at(results.plan.size())))) {}

  /// The values of one resample: judge(cell, prediction) of each learner that has a model there.
  template <class Judge>
  void fill(Index resample, Index subjects, const Judge& judge) {
    for (Index learner = 0; learner < size_of(learners); ++learner) {
      const ResampleRecord* record = learners[at(learner)].by_resample[at(resample)];
      if (record == nullptr) {
        continue;
      }
      const Prediction full = scattered(*record, subjects);
      for (Index cell = 0; cell < size_of(cells); ++cell) {
        Value& one = value[at(learner)][at(cell)][at(resample)];
        if (record->status == FitStatus::undefined) {
          one.because = model_undefined;
        } else {
          one = judge(cells[at(cell)], full);
        }
      }
    }
  }

  /// Writes how many resamples have no value, and why.
  void count_undefined(Index learner, Index cell, PerformanceRow& row) const {
    Reasons reasons;
    for (const Value& one : value[at(learner)][at(cell)]) {
      if (!one.because.empty()) {
        reasons.add(one.because);
      }
    }
    row.resamples = size_of(value[at(learner)][at(cell)]);
    row.undefined = reasons.count();
    row.undefined_because = reasons.text();
  }

  /// A comparison of two learners in a cell, without its numbers.
  [[nodiscard]] ComparisonRow
  comparison(Index learner, Index reference, Index cell, const SummaryOptions& options) const {
    const MeasureCell& what = cells[at(cell)];
    return {.learner = learners[at(learner)].learner,
            .reference = learners[at(reference)].learner,
            .measure = std::string(what.entry->name),
            .horizon = horizon_of(what),
            .threshold = what.threshold,
            .resampling = options.resampling};
  }

  /// Every learner and cell in order: row(learner, cell), and compare(learner, reference, cell) with another learner.
  template <class Row, class Compare>
  [[nodiscard]] Summary
  summary(const SummaryOptions& options, const Row& row, const Compare& compare) const {
    std::vector<std::string> names;
    for (const LearnerRecords& learner : learners) {
      names.push_back(learner.learner);
    }
    const Index reference = reference_number(names, options);
    Summary result;
    for (Index learner = 0; learner < size_of(learners); ++learner) {
      for (Index cell = 0; cell < size_of(cells); ++cell) {
        result.performance.push_back(row(learner, cell));
        if (learner != reference) {
          result.comparisons.push_back(compare(learner, reference, cell));
        }
      }
    }
    return result;
  }
};

} // namespace vigil
