// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/select/score_ranking.hpp"

#include "vigil/select/null_model.hpp"
#include "vigil/select/screen_columns.hpp"
#include "vigil/survival/efficient_score.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

namespace vigil::select {

namespace {

/// The tests of one weighting.
class Tests {
public:
  Tests(const TrainingData& data,
        const CaseWeights& weights,
        const NullModelOptions& options,
        Scheduler& scheduler)
      : model_(fit_null_model(data, weights, options, scheduler)),
        size_(at(data.columns()), std::numeric_limits<double>::quiet_NaN()) {
    if (!model_.undefined()) {
      score_.emplace(model_.likelihood, model_.point, model_.adjusted);
      const PreparationOptions filled{.impute = options.impute};
      columns_.emplace(data, weights, model_.likelihood.subjects(), filled);
    }
  }
  Tests(const Tests&) = delete; // score_ refers to model_
  Tests& operator=(const Tests&) = delete;
  Tests(Tests&&) = delete;
  Tests& operator=(Tests&&) = delete;
  ~Tests() = default;

  void take_block(const ColumnBlock& block, Index worker, std::vector<EightLanes>& buffer) {
    if (columns_) {
      columns_->visit_block(
          block, worker, buffer, [&](const ColumnGroup& group, Index) { take(group); });
    }
  }
  void take_clinical(Scheduler& scheduler) {
    if (columns_) {
      columns_->visit_clinical(
          scheduler, [&](const ColumnGroup& group, Index) { take(group); }, [](Index) {});
    }
  }
  /// |z| of each column.
  [[nodiscard]] std::vector<double> sizes() && { return std::move(size_); }

private:
  void take(const ColumnGroup& group) {
    std::array<survival::ScoreTest, at(EightLanes::count)> tests;
    score_->test(group.values, tests);
    for (Index lane = 0; lane < group.count; ++lane) {
      if (!group.constant[at(lane)]) {
        size_[at(group.column[at(lane)])] = std::fabs(tests[at(lane)].z());
      }
    }
  }

  NullModel model_;
  std::optional<survival::EfficientScore> score_;
  std::optional<ScreenColumns> columns_;
  std::vector<double> size_;
};

} // namespace

std::vector<std::vector<double>> ScoreRanking::values(const TrainingData& data,
                                                      std::span<const CaseWeights> weightings,
                                                      std::span<const Preparation>,
                                                      Scheduler& scheduler) const {
  const NullModelOptions options{
      .who = "a filter of markers by score", .impute = impute_, .ties = ties_};
  std::vector<std::unique_ptr<Tests>> tests(weightings.size());
  scheduler.for_each(size_of(weightings), [&](Index item, Index) {
    tests[at(item)] = std::make_unique<Tests>(data, weightings[at(item)], options, scheduler);
  });
  std::vector<std::vector<EightLanes>> buffers(at(scheduler.workers()));
  data.features.pass(scheduler, [&](const ColumnBlock& block, Index worker) {
    for (const auto& each : tests) {
      each->take_block(block, worker, buffers[at(worker)]);
    }
  });
  std::vector<std::vector<double>> result;
  for (const auto& each : tests) {
    each->take_clinical(scheduler);
    result.push_back(std::move(*each).sizes());
  }
  return result;
}

} // namespace vigil::select
