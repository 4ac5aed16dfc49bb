// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/validate/cut_view.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"

#include <algorithm>
#include <utility>

namespace vigil {

namespace {

bool is_cut(const FeatureInfo& info, const CutRule& rule) {
  return std::ranges::find(rule.columns, info.name) != rule.columns.end();
}

std::vector<Index> columns_where(const Covariates& covariates, const CutRule& rule, bool cut) {
  std::vector<Index> columns;
  for (Index column = 0; column < covariates.columns(); ++column) {
    if (is_cut(covariates.info(column), rule) == cut) {
      columns.push_back(column);
    }
  }
  return columns;
}

std::vector<double> distinct(std::vector<double> values) {
  std::erase_if(values, [](double value) { return value != value; });
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return values;
}

} // namespace

CutView::CutView(const TrainingData& data, const CutRule& rule, const FitContext& context)
    : rest_(data, columns_where(data.covariates(), rule, false)), clinical_(data.subjects()),
      columns_(columns_where(data.covariates(), rule, true)) {
  const TrainingData rest = rest_.data();
  for (Index column = 0; column < rest.columns(); ++column) {
    training_column_.push_back(rest_.full_column(column));
  }
  for (Index column = 0; column < rest.clinical.columns(); ++column) {
    const auto values = rest.clinical.column(column);
    clinical_.add(rest.clinical.info(column), {values.begin(), values.end()});
  }
  for (const Index column : columns_) {
    add_candidates(column, context);
  }
}

void CutView::add_candidates(Index column, const FitContext& context) {
  const Covariates full = rest_.full().covariates();
  const auto values = raw_columns(full, std::span(&column, 1), context.scheduler);
  const auto cuts = distinct(values);
  const Index bytes =
      (clinical_.columns() + size_of(cuts)) * full.subjects() * static_cast<Index>(sizeof(double));
  if (bytes > context.memory_bytes / 2) {
    throw ResourceError({.where = "choose_cut, column " + quoted(full.info(column).name),
                         .found = bytes_text(bytes) + " for " + count_text(size_of(cuts)) +
                                  " values" + " of " + count_text(full.subjects()) + " subjects",
                         .expected = "half of --memory, " + bytes_text(context.memory_bytes / 2),
                         .remedy = "round the column, or give a larger --memory",
                         .problem = "the candidate cuts do not fit"});
  }
  for (Index place = 0; place + 1 < size_of(cuts); ++place) {
    const double cut = cuts[at(place)];
    std::vector<double> above;
    above.reserve(values.size());
    for (const double value : values) {
      above.push_back(value == value ? (value > cut ? 1.0 : 0.0) : value);
    }
    FeatureInfo info = full.info(column);
    info.source = info.name;
    info.name = cut_name(info.name, cut);
    info.unit = "1";
    info.offset = 0.0;
    info.marker = false;
    info.cut = cut;
    clinical_.add(std::move(info), std::move(above));
    training_column_.push_back(column);
  }
}

TrainingData CutView::data() const noexcept {
  const TrainingData rest = rest_.data();
  return {.features = rest.features,
          .clinical = clinical_,
          .outcome = rest.outcome,
          .stratum = rest.stratum,
          .batch = rest.batch,
          .offset = rest.offset,
          .centre = rest.centre,
          .group = rest.group,
          .batch_names = rest.batch_names};
}

FrozenCuts CutView::frozen(const CaseWeights& weights, const CutRule& rule) const {
  const TrainingData all = data();
  const Covariates covariates = all.covariates();
  std::vector<FrozenCut> cuts;
  for (const Index column : columns_) { // a column of one value has no candidates
    cuts.push_back({.column = rest_.full().covariates().info(column).name,
                    .choice = {.undefined_because = "the column has one value"}});
  }
  for (const CutCandidates& candidates : cut_candidates(covariates)) {
    const auto& source = covariates.info(candidates.first).source;
    FrozenCut& one = *std::ranges::find(cuts, source, &FrozenCut::column);
    one.choice = rule.statistic->choose(all, weights, cut_ranks(covariates, candidates));
    if (one.choice.rank != no_index) {
      one.cut = covariates.info(candidates.first + one.choice.rank).cut.value();
    }
  }
  return FrozenCuts(std::move(cuts), training_column_);
}

} // namespace vigil
