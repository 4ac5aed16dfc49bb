// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/cohort/feature_matrix.hpp"

#include "vigil/cohort/visit_columns.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace vigil {

ColumnBlock::ColumnBlock(Index first_feature,
                         Index features,
                         std::span<const float> values,
                         std::shared_ptr<const void> keep_alive)
    : first_feature_(first_feature), features_(features), values_(values),
      keep_alive_(std::move(keep_alive)) {
  VIGIL_EXPECTS(features > 0 && size_of(values) % features == 0);
}

std::span<const float> ColumnBlock::column(Index feature) const {
  VIGIL_EXPECTS(feature >= 0 && feature < features_);
  const Index subjects = size_of(values_) / features_;
  return values_.subspan(at(feature * subjects), at(subjects));
}

Index FeatureSource::blocks() const noexcept {
  return (features() + block_features() - 1) / block_features();
}

FeatureMatrix::FeatureMatrix(Index subjects)
    : FeatureMatrix(resident_source(subjects, 0, {}), {}) {}

FeatureMatrix::FeatureMatrix(std::shared_ptr<const FeatureSource> source,
                             std::vector<FeatureInfo> info)
    : source_(std::move(source)),
      info_(std::make_shared<const std::vector<FeatureInfo>>(std::move(info))) {
  VIGIL_EXPECTS(source_ != nullptr && size_of(*info_) == source_->features());
  Lists lists;
  lists.offset.reserve(info_->size());
  lists.penalized.reserve(info_->size());
  for (const FeatureInfo& each : *info_) {
    lists.offset.push_back(each.offset);
    lists.penalized.push_back(each.penalized ? 1 : 0);
  }
  lists_ = std::make_shared<const Lists>(std::move(lists));
}

const FeatureInfo& FeatureMatrix::info(Index feature) const {
  VIGIL_EXPECTS(feature >= 0 && feature < size_of(*info_));
  return (*info_)[at(feature)];
}

void FeatureMatrix::pass(Scheduler& scheduler, const BlockVisit& visit) const {
  std::vector<Index> all(at(source_->blocks()));
  std::iota(all.begin(), all.end(), Index{0});
  source_->pass(scheduler, all, visit);
}

namespace {

/// The distinct blocks of the listed features, ascending.
std::vector<Index> blocks_of(std::span<const Index> listed, Index block_features) {
  std::vector<Index> blocks;
  blocks.reserve(listed.size());
  for (const Index feature : listed) {
    blocks.push_back(feature / block_features);
  }
  std::sort(blocks.begin(), blocks.end());
  blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
  return blocks;
}

/// Calls visit(place, column) for every place whose listed feature lies in the block.
template <class Visit>
void visit_listed(const ColumnBlock& block,
                  std::span<const std::pair<Index, Index>> by_feature,
                  const Visit& visit) {
  const Index first = block.first_feature();
  const Index last = first + block.features();
  auto place =
      std::lower_bound(by_feature.begin(), by_feature.end(), std::pair<Index, Index>{first, -1});
  for (; place != by_feature.end() && place->first < last; ++place) {
    visit(place->second, block.column(place->first - first));
  }
}

/// (feature, place in the list), sorted by feature.
std::vector<std::pair<Index, Index>> sorted_places(std::span<const Index> listed) {
  std::vector<std::pair<Index, Index>> places;
  places.reserve(listed.size());
  for (Index place = 0; place < size_of(listed); ++place) {
    places.push_back({listed[at(place)], place});
  }
  std::sort(places.begin(), places.end());
  return places;
}

} // namespace

void visit_columns(const FeatureMatrix& matrix,
                   std::span<const Index> listed,
                   Scheduler& scheduler,
                   const std::function<void(Index place, std::span<const float> column)>& visit) {
  const auto places = sorted_places(listed);
  VIGIL_EXPECTS(places.empty() ||
                (places.front().first >= 0 && places.back().first < matrix.features()));
  const FeatureSource& source = matrix.source();
  const auto wanted = blocks_of(listed, source.block_features());
  source.pass(scheduler, wanted, [&](const ColumnBlock& block, Index) {
    visit_listed(block, places, visit);
  });
}

std::vector<float> FeatureMatrix::columns(std::span<const Index> listed,
                                          Scheduler& scheduler) const {
  const Index count = subjects();
  std::vector<float> values(at(size_of(listed) * count));
  visit_columns(*this, listed, scheduler, [&](Index place, std::span<const float> column) {
    std::copy(column.begin(), column.end(), values.begin() + place * count);
  });
  return values;
}

namespace {

constexpr Index block_bytes = Index{1} << 20;

Index default_block_features(Index subjects) {
  return std::max<Index>(
      1, block_bytes / (std::max<Index>(subjects, 1) * static_cast<Index>(sizeof(float))));
}

class ResidentSource final : public FeatureSource {
public:
  ResidentSource(Index subjects, Index features, std::vector<float> values, Index block_features)
      : subjects_(subjects), features_(features), block_features_(block_features),
        values_(std::make_shared<const std::vector<float>>(std::move(values))) {
    VIGIL_EXPECTS(size_of(*values_) == subjects * features && block_features > 0);
  }
  [[nodiscard]] Index subjects() const noexcept override { return subjects_; }
  [[nodiscard]] Index features() const noexcept override { return features_; }
  [[nodiscard]] Index block_features() const noexcept override { return block_features_; }
  [[nodiscard]] std::span<const float> in_memory() const noexcept override { return *values_; }
  void pass(Scheduler& scheduler,
            std::span<const Index> blocks,
            const BlockVisit& visit) const override {
    scheduler.for_each(size_of(blocks), [&](Index task, Index worker) {
      const Index first = blocks[at(task)] * block_features_;
      const Index count = std::min(block_features_, features_ - first);
      const auto all = std::span<const float>(*values_);
      visit(ColumnBlock(
                first, count, all.subspan(at(first * subjects_), at(count * subjects_)), values_),
            worker);
    });
  }

private:
  Index subjects_, features_, block_features_;
  std::shared_ptr<const std::vector<float>> values_;
};

class SubjectSubset final : public FeatureSource {
public:
  SubjectSubset(std::shared_ptr<const FeatureSource> source, std::vector<Index> subjects)
      : source_(std::move(source)), chosen_(std::move(subjects)) {
    for (const Index subject : chosen_) {
      VIGIL_EXPECTS(subject >= 0 && subject < source_->subjects());
    }
  }
  [[nodiscard]] Index subjects() const noexcept override { return size_of(chosen_); }
  [[nodiscard]] Index features() const noexcept override { return source_->features(); }
  [[nodiscard]] Index block_features() const noexcept override { return source_->block_features(); }
  void pass(Scheduler& scheduler,
            std::span<const Index> blocks,
            const BlockVisit& visit) const override {
    source_->pass(scheduler, blocks, [&](const ColumnBlock& block, Index worker) {
      auto values = std::make_shared<std::vector<float>>(at(block.features() * subjects()));
      auto target = values->begin();
      for (Index feature = 0; feature < block.features(); ++feature) {
        const auto column = block.column(feature);
        for (const Index subject : chosen_) {
          *target++ = column[at(subject)];
        }
      }
      visit(ColumnBlock(block.first_feature(), block.features(), *values, values), worker);
    });
  }

private:
  std::shared_ptr<const FeatureSource> source_;
  std::vector<Index> chosen_;
};

class FeatureSubset final : public FeatureSource {
public:
  FeatureSubset(std::shared_ptr<const FeatureSource> source, std::vector<Index> features)
      : source_(std::move(source)), chosen_(std::move(features)),
        block_features_(default_block_features(source_->subjects())) {
    VIGIL_EXPECTS(std::is_sorted(chosen_.begin(), chosen_.end()));
  }
  [[nodiscard]] Index subjects() const noexcept override { return source_->subjects(); }
  [[nodiscard]] Index features() const noexcept override { return size_of(chosen_); }
  [[nodiscard]] Index block_features() const noexcept override { return block_features_; }
  void pass(Scheduler& scheduler,
            std::span<const Index> blocks,
            const BlockVisit& visit) const override {
    const FeatureMatrix whole(source_, std::vector<FeatureInfo>(at(source_->features())));
    scheduler.for_each(size_of(blocks), [&](Index task, Index worker) {
      const Index first = blocks[at(task)] * block_features_;
      const Index count = std::min(block_features_, features() - first);
      const auto listed = std::span<const Index>(chosen_).subspan(at(first), at(count));
      auto values = std::make_shared<const std::vector<float>>(whole.columns(listed, scheduler));
      visit(ColumnBlock(first, count, *values, values), worker);
    });
  }

private:
  std::shared_ptr<const FeatureSource> source_;
  std::vector<Index> chosen_;
  Index block_features_;
};

} // namespace

std::shared_ptr<const FeatureSource>
resident_source(Index subjects, Index features, std::vector<float> values, Index block_features) {
  const Index width = block_features > 0 ? block_features : default_block_features(subjects);
  return std::make_shared<ResidentSource>(subjects, features, std::move(values), width);
}

std::shared_ptr<const FeatureSource> subject_subset(std::shared_ptr<const FeatureSource> source,
                                                    std::vector<Index> subjects) {
  return std::make_shared<SubjectSubset>(std::move(source), std::move(subjects));
}

std::shared_ptr<const FeatureSource> feature_subset(std::shared_ptr<const FeatureSource> source,
                                                    std::vector<Index> features) {
  return std::make_shared<FeatureSubset>(std::move(source), std::move(features));
}

} // namespace vigil
