// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "vigil/base/index.hpp"
#include "vigil/cohort/feature_info.hpp"
#include "vigil/parallel/scheduler.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace vigil {

/// A lease on consecutive feature columns: the data stay while the block lives.
class ColumnBlock {
public:
  /// `values`: features x subjects, one feature after another; `keep_alive` owns them.
  ColumnBlock(Index first_feature,
              Index features,
              std::span<const float> values,
              std::shared_ptr<const void> keep_alive);
  [[nodiscard]] Index first_feature() const noexcept { return first_feature_; }
  [[nodiscard]] Index features() const noexcept { return features_; }
  /// All subjects of feature first_feature() + `feature`; NaN = missing; stored = float(value - offset).
  [[nodiscard]] std::span<const float> column(Index feature) const;
  /// All of them, one after another.
  [[nodiscard]] std::span<const float> values() const noexcept { return values_; }

private:
  Index first_feature_, features_;
  std::span<const float> values_;
  std::shared_ptr<const void> keep_alive_;
};

using BlockVisit = std::function<void(const ColumnBlock& block, Index worker)>;

/// Where the feature columns are: resident or streamed. The source drives the pass.
class FeatureSource {
public:
  FeatureSource() = default;
  FeatureSource(const FeatureSource&) = delete;
  FeatureSource& operator=(const FeatureSource&) = delete;
  FeatureSource(FeatureSource&&) = delete;
  FeatureSource& operator=(FeatureSource&&) = delete;
  virtual ~FeatureSource() = default;

  [[nodiscard]] virtual Index subjects() const noexcept = 0;
  [[nodiscard]] virtual Index features() const noexcept = 0;
  /// Features in every block but the last, which may be shorter; block b starts at feature b * block_features().
  [[nodiscard]] virtual Index block_features() const noexcept = 0;
  /// All values, one feature after another, where they are in memory; else empty.
  [[nodiscard]] virtual std::span<const float> in_memory() const noexcept { return {}; }
  /// Visits each listed block once, in any order, on the scheduler's workers.
  virtual void
  pass(Scheduler& scheduler, std::span<const Index> blocks, const BlockVisit& visit) const = 0;

  [[nodiscard]] Index blocks() const noexcept;
};

/// Cheap handle to one immutable source with the description of its columns.
class FeatureMatrix {
public:
  /// No features.
  explicit FeatureMatrix(Index subjects);
  FeatureMatrix(std::shared_ptr<const FeatureSource> source, std::vector<FeatureInfo> info);

  [[nodiscard]] const FeatureSource& source() const noexcept { return *source_; }
  [[nodiscard]] Index subjects() const noexcept { return source_->subjects(); }
  [[nodiscard]] Index features() const noexcept { return source_->features(); }
  [[nodiscard]] const FeatureInfo& info(Index feature) const;
  /// info(feature).offset and .penalized, from lists of their own: loops over all features read nothing else.
  [[nodiscard]] double offset(Index feature) const { return lists_->offset[at(feature)]; }
  [[nodiscard]] bool penalized(Index feature) const { return lists_->penalized[at(feature)] != 0; }

  /// Visits every block once.
  void pass(Scheduler& scheduler, const BlockVisit& visit) const;
  /// The listed columns (ascending or not), one after another, as stored: listed.size() x subjects values.
  [[nodiscard]] std::vector<float> columns(std::span<const Index> listed,
                                           Scheduler& scheduler) const;

private:
  std::shared_ptr<const FeatureSource> source_;
  std::shared_ptr<const std::vector<FeatureInfo>> info_;
  struct Lists {
    std::vector<double> offset = {};
    std::vector<std::uint8_t> penalized = {};
  };
  std::shared_ptr<const Lists> lists_;
};

/// A source in memory: `values` holds features x subjects, one feature after another.
/// `block_features` 0: blocks of about one MiB.
[[nodiscard]] std::shared_ptr<const FeatureSource> resident_source(Index subjects,
                                                                   Index features,
                                                                   std::vector<float> values,
                                                                   Index block_features = 0);

/// A view of some subjects of another source, in the given order; columns are gathered block by block.
[[nodiscard]] std::shared_ptr<const FeatureSource>
subject_subset(std::shared_ptr<const FeatureSource> source, std::vector<Index> subjects);

/// A view of some features of another source, in the given (ascending) order.
[[nodiscard]] std::shared_ptr<const FeatureSource>
feature_subset(std::shared_ptr<const FeatureSource> source, std::vector<Index> features);

} // namespace vigil
