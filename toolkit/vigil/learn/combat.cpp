// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/combat.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/learn/combat_parameters.hpp"
#include "vigil/learn/model_checks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace vigil {

std::string_view name_of(UnseenBatch unseen) noexcept {
  return unseen == UnseenBatch::reference ? "reference" : "none";
}

Covariates CorrectedColumns::covariates() const noexcept {
  return {.features = features_,
          .clinical = clinical_,
          .stratum = original_.stratum,
          .batch = original_.batch,
          .offset = original_.offset,
          .batch_names = original_.batch_names};
}

TrainingData CorrectedColumns::data(const TrainingData& data) const noexcept {
  return {.features = features_,
          .clinical = clinical_,
          .outcome = data.outcome,
          .stratum = data.stratum,
          .batch = data.batch,
          .offset = data.offset,
          .centre = data.centre,
          .group = data.group,
          .batch_names = data.batch_names};
}

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

/// Mean and SD of a batch that training does not know, by its own values.
struct OwnScale {
  double mean = 0.0, sd = not_a_number;
};

/// Corrects the columns of one cohort; the same for whoever reads them.
class Corrector {
public:
  Corrector(std::shared_ptr<const Combat::Parameters> parameters,
            const Covariates& covariates,
            Scheduler& scheduler)
      : known_(std::move(parameters)), covariate_(covariate_values(covariates, scheduler)) {
    find_batches(covariates);
    find_markers(covariates);
  }

  /// Whether anything is known of the column.
  [[nodiscard]] bool corrects(Index column) const { return marker_of_[at(column)] != no_index; }

  /// values: of all subjects, less `offset`, as the result is.
  template <class Value>
  void correct(Index column, std::span<const Value> values, double offset, Value* to) const {
    const Index marker = marker_of_[at(column)];
    const double scale = known_->scale[at(marker)];
    const std::vector<double> fitted = fitted_values(marker);
    std::vector<double> residual(values.size()); // in SD of the marker
    for (std::size_t i = 0; i < values.size(); ++i) {
      residual[i] = (static_cast<double>(values[i]) + offset - fitted[i]) / scale;
    }
    const std::vector<OwnScale> own = own_scales(residual);
    const double* shift = known_->shift.data() + marker * known_->batches();
    const double* spread = known_->spread.data() + marker * known_->batches();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const Index batch = batch_[i];
      double z = not_a_number;
      if (batch >= 0) {
        z = (residual[i] - shift[batch]) / spread[batch];
      } else if (batch != no_index && own[at(unseen_place(batch))].sd > 0.0) {
        const OwnScale& mine = own[at(unseen_place(batch))];
        z = (residual[i] - mine.mean) / mine.sd;
      }
      to[i] = z == z ? static_cast<Value>(fitted[i] + scale * z - offset) : values[i];
    }
  }

private:
  /// Places among the batches that are mapped: -2, -3, ..
  [[nodiscard]] static Index unseen_place(Index batch) noexcept { return -2 - batch; }

  [[nodiscard]] std::vector<double> covariate_values(const Covariates& covariates,
                                                     Scheduler& scheduler) const {
    return known_->covariate.empty() ? std::vector<double>()
                                     : prepared_columns(covariates,
                                                        find_columns(covariates, known_->covariate),
                                                        known_->covariate_rule,
                                                        scheduler);
  }

  void find_batches(const Covariates& covariates) {
    if (covariates.batch.empty()) {
      throw InputError({.where = "the cohort",
                        .found = "no column for the batch",
                        .expected = "the column " + quoted(known_->options.batch) +
                                    " or one that means the same: the model corrects markers by it",
                        .remedy = "name it with --batch COLUMN",
                        .problem = "cannot correct for batches"});
    }
    const bool maps = known_->options.unseen == UnseenBatch::reference && known_->batches() > 0;
    std::vector<Index> number;
    for (const std::string& name : covariates.batch_names) {
      const auto found = std::ranges::find(known_->batch, name);
      number.push_back(found != known_->batch.end() ? found - known_->batch.begin()
                       : maps                       ? -2 - mapped_++
                                                    : no_index);
    }
    for (const Index level : covariates.batch) {
      batch_.push_back(level == no_index ? no_index : number[at(level)]);
    }
  }

  void find_markers(const Covariates& covariates) {
    marker_of_.assign(at(covariates.columns()), no_index);
    std::vector<std::pair<std::string_view, Index>> names;
    for (Index marker = 0; marker < known_->markers(); ++marker) {
      if (known_->scale[at(marker)] > 0.0) {
        names.push_back({known_->marker[at(marker)], marker});
      }
    }
    std::sort(names.begin(), names.end());
    for (const Index column : marker_columns_of(covariates)) {
      const std::string_view name = covariates.info(column).name;
      const auto found =
          std::ranges::lower_bound(names, name, {}, &std::pair<std::string_view, Index>::first);
      if (found != names.end() && found->first == name) {
        marker_of_[at(column)] = found->second;
      }
    }
  }

  [[nodiscard]] std::vector<double> fitted_values(Index marker) const {
    std::vector<double> fitted(batch_.size(), known_->centre[at(marker)]);
    const auto effects = known_->effects(marker);
    for (std::size_t covariate = 0; covariate < effects.size(); ++covariate) {
      const double* values = covariate_.data() + covariate * batch_.size();
      for (std::size_t i = 0; i < batch_.size(); ++i) {
        fitted[i] += effects[covariate] * values[i];
      }
    }
    return fitted;
  }

  /// Divisor of the variance: values - 1. Fewer than two values, or no variation: no correction.
  [[nodiscard]] std::vector<OwnScale> own_scales(std::span<const double> residual) const {
    std::vector<OwnScale> own(at(mapped_));
    std::vector<double> count(own.size(), 0.0), sum(own.size(), 0.0);
    const auto visit = [&](const auto& add) {
      for (std::size_t i = 0; i < residual.size(); ++i) {
        if (batch_[i] < no_index && std::isfinite(residual[i])) {
          add(at(unseen_place(batch_[i])), residual[i]);
        }
      }
    };
    visit([&](std::size_t place, double value) {
      count[place] += 1.0;
      own[place].mean += value;
    });
    for (std::size_t place = 0; place < own.size(); ++place) {
      own[place].mean /= count[place];
    }
    visit([&](std::size_t place, double value) {
      sum[place] += (value - own[place].mean) * (value - own[place].mean);
    });
    for (std::size_t place = 0; place < own.size(); ++place) {
      own[place].sd = std::sqrt(sum[place] / (count[place] - 1.0)); // NaN for one value
    }
    return own;
  }

  std::shared_ptr<const Combat::Parameters> known_;
  std::vector<double> covariate_; ///< prepared, covariates x subjects
  std::vector<Index> batch_;      ///< of each subject; below no_index: mapped by itself
  std::vector<Index> marker_of_;  ///< of each column; no_index: it stays as it is
  Index mapped_ = 0;
};

/// Blocks of another source, corrected as they come.
class CorrectedSource final : public FeatureSource {
public:
  CorrectedSource(FeatureMatrix matrix, std::shared_ptr<const Corrector> corrector)
      : matrix_(std::move(matrix)), corrector_(std::move(corrector)) {}
  [[nodiscard]] Index subjects() const noexcept override { return matrix_.subjects(); }
  [[nodiscard]] Index features() const noexcept override { return matrix_.features(); }
  [[nodiscard]] Index block_features() const noexcept override {
    return matrix_.source().block_features();
  }
  void pass(Scheduler& scheduler,
            std::span<const Index> blocks,
            const BlockVisit& visit) const override {
    matrix_.source().pass(scheduler, blocks, [&](const ColumnBlock& block, Index worker) {
      const auto all = block.values();
      auto values = std::make_shared<std::vector<float>>(all.begin(), all.end());
      correct_block(block, *values);
      visit(ColumnBlock(block.first_feature(), block.features(), *values, values), worker);
    });
  }
  /// All columns at once.
  [[nodiscard]] std::vector<float> values(Scheduler& scheduler) const {
    std::vector<float> all(at(features() * subjects()));
    matrix_.pass(scheduler, [&](const ColumnBlock& block, Index) {
      const auto to = std::span(all).subspan(at(block.first_feature() * subjects()),
                                             at(block.features() * subjects()));
      std::ranges::copy(block.values(), to.begin());
      correct_block(block, to);
    });
    return all;
  }

private:
  void correct_block(const ColumnBlock& block, std::span<float> to) const {
    for (Index place = 0; place < block.features(); ++place) {
      const Index feature = block.first_feature() + place;
      if (corrector_->corrects(feature)) {
        corrector_->correct(
            feature, block.column(place), matrix_.offset(feature), to.data() + place * subjects());
      }
    }
  }

  FeatureMatrix matrix_;
  std::shared_ptr<const Corrector> corrector_;
};

FeatureMatrix corrected_features(const FeatureMatrix& matrix,
                                 std::shared_ptr<const Corrector> corrector,
                                 bool in_memory,
                                 Scheduler& scheduler) {
  if (matrix.features() == 0) {
    return matrix;
  }
  std::vector<FeatureInfo> info;
  for (Index feature = 0; feature < matrix.features(); ++feature) {
    info.push_back(matrix.info(feature));
  }
  auto source = std::make_shared<const CorrectedSource>(matrix, std::move(corrector));
  if (!in_memory || matrix.source().in_memory().empty()) {
    return {std::move(source), std::move(info)};
  }
  return {resident_source(matrix.subjects(),
                          matrix.features(),
                          source->values(scheduler),
                          matrix.source().block_features()),
          std::move(info)};
}

} // namespace

CorrectedColumns
Combat::correct(const Covariates& covariates, Scheduler& scheduler, bool in_memory) const {
  const auto corrector = std::make_shared<const Corrector>(parameters_, covariates, scheduler);
  ClinicalBlock clinical(covariates.subjects());
  for (Index column = 0; column < covariates.clinical.columns(); ++column) {
    const auto values = covariates.clinical.column(column);
    std::vector<double> own(values.begin(), values.end());
    const Index number = covariates.features.features() + column;
    if (corrector->corrects(number)) {
      corrector->correct(number, values, 0.0, own.data());
    }
    clinical.add(covariates.clinical.info(column), std::move(own));
  }
  return {covariates,
          corrected_features(covariates.features, corrector, in_memory, scheduler),
          std::move(clinical)};
}

const CombatOptions& Combat::options() const noexcept {
  return parameters_->options;
}

const std::vector<std::string>& Combat::batches() const noexcept {
  return parameters_->batch;
}

std::vector<std::string> Combat::unseen(const Covariates& covariates) const {
  std::vector<std::string> names;
  for (const std::string& name : covariates.batch_names) {
    if (std::ranges::find(parameters_->batch, name) == parameters_->batch.end()) {
      names.push_back(name);
    }
  }
  return names;
}

Record Combat::record() const {
  Record record("combat");
  record.set("batch_column", parameters_->options.batch);
  record.set("covariates", Record::Texts(parameters_->options.covariates));
  record.set("unseen", std::string(name_of(parameters_->options.unseen)));
  record.set("batch", Record::Texts(parameters_->batch));
  record.set("covariate_column", Record::Texts(parameters_->covariate));
  record.set("covariate_preparation", parameters_->covariate_rule.record());
  record.set("marker", Record::Texts(parameters_->marker));
  record.set("centre", Record::Numbers(parameters_->centre));
  record.set("scale", Record::Numbers(parameters_->scale));
  record.set("effect", Record::Numbers(parameters_->effect));
  record.set("shift", Record::Numbers(parameters_->shift));
  record.set("spread", Record::Numbers(parameters_->spread));
  return record;
}

Combat Combat::from_record(const Record& record) {
  expect_kind(record, "combat");
  auto read = std::make_shared<Parameters>();
  read->options = {.batch = record.text("batch_column"),
                   .covariates = record.texts("covariates"),
                   .unseen = record.text("unseen") == name_of(UnseenBatch::reference)
                                 ? UnseenBatch::reference
                                 : UnseenBatch::none};
  read->batch = record.texts("batch");
  read->covariate = record.texts("covariate_column");
  read->covariate_rule = Preparation::from_record(record.record("covariate_preparation"));
  read->marker = record.texts("marker");
  read->centre = record.numbers("centre");
  read->scale = record.numbers("scale");
  read->effect = record.numbers("effect");
  read->shift = record.numbers("shift");
  read->spread = record.numbers("spread");
  const Index markers = read->markers();
  if (size_of(read->centre) != markers || size_of(read->scale) != markers ||
      size_of(read->effect) != markers * read->covariates() ||
      size_of(read->shift) != markers * read->batches() ||
      size_of(read->spread) != markers * read->batches() ||
      read->covariate_rule.columns() != read->covariates() ||
      (record.text("unseen") != name_of(read->options.unseen))) {
    throw InputError({.where = "record 'combat'",
                      .found = "lists whose lengths do not fit",
                      .expected = "the numbers of each marker and batch",
                      .remedy = "the model file is damaged: fit it again",
                      .problem = "cannot read the stored model"});
  }
  return Combat(std::move(read));
}

} // namespace vigil
