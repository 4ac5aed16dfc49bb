// SPDX-FileCopyrightText: vigil authors
// SPDX-License-Identifier: Apache-2.0
#include "vigil/learn/frozen_cuts.hpp"

#include "vigil/base/error.hpp"
#include "vigil/base/text.hpp"
#include "vigil/learn/model_checks.hpp"
#include "vigil/learn/preparation.hpp"

#include <algorithm>
#include <utility>

namespace vigil {

std::string cut_name(const std::string& column, double cut) {
  return column + ">" + number_text(cut);
}

CorrectedColumns FrozenCuts::apply(const Covariates& covariates, Scheduler& scheduler) const {
  ClinicalBlock clinical(covariates.subjects());
  for (Index column = 0; column < covariates.clinical.columns(); ++column) {
    const auto values = covariates.clinical.column(column);
    clinical.add(covariates.clinical.info(column), {values.begin(), values.end()});
  }
  for (const FrozenCut& one : cuts_) {
    if (!one.chosen()) {
      continue;
    }
    const auto found = find_columns(covariates, std::span(&one.column, 1));
    std::vector<double> values = raw_columns(covariates, found, scheduler);
    for (double& value : values) {
      value = value == value ? (value > one.cut ? 1.0 : 0.0) : value;
    }
    FeatureInfo info = covariates.info(found.front());
    info.source = info.name;
    info.name = cut_name(one.column, one.cut);
    info.unit = "1";
    info.offset = 0.0;
    info.cut = one.cut;
    clinical.add(std::move(info), std::move(values));
  }
  return {covariates, covariates.features, std::move(clinical)};
}

std::vector<SelectedFeature> FrozenCuts::restored(std::vector<SelectedFeature> selected) const {
  for (SelectedFeature& one : selected) {
    one.feature = training_column_[at(one.feature)];
  }
  return selected;
}

std::string FrozenCuts::name_of(const std::string& column) const {
  const auto found = std::ranges::find(cuts_, column, &FrozenCut::column);
  return found != cuts_.end() && found->chosen() ? cut_name(column, found->cut) : column;
}

std::string FrozenCuts::column_of(const std::string& name) const {
  const auto found = std::ranges::find_if(cuts_, [&](const FrozenCut& one) {
    return one.chosen() && cut_name(one.column, one.cut) == name;
  });
  return found != cuts_.end() ? found->column : name;
}

Record FrozenCuts::record() const {
  Record::Texts column, because;
  Record::Numbers cut, statistic, p;
  Record::Counts cuts;
  for (const FrozenCut& one : cuts_) {
    column.push_back(one.column);
    cut.push_back(one.cut);
    statistic.push_back(one.choice.statistic);
    p.push_back(one.choice.p);
    cuts.push_back(one.choice.cuts);
    because.push_back(one.choice.undefined_because);
  }
  Record record("cuts");
  record.set("column", std::move(column));
  record.set("cut", std::move(cut));
  record.set("statistic", std::move(statistic));
  record.set("p", std::move(p));
  record.set("cuts_compared", std::move(cuts));
  record.set("undefined_because", std::move(because));
  return record;
}

FrozenCuts FrozenCuts::from_record(const Record& record) {
  expect_kind(record, "cuts");
  const auto& column = record.texts("column");
  const auto& cut = record.numbers("cut");
  const auto& statistic = record.numbers("statistic");
  const auto& p = record.numbers("p");
  const auto& compared = record.counts("cuts_compared");
  const auto& because = record.texts("undefined_because");
  const std::size_t size = column.size();
  if (cut.size() != size || statistic.size() != size || p.size() != size ||
      compared.size() != size || because.size() != size) {
    throw InputError({.where = "record 'cuts'",
                      .found = "lists whose lengths do not fit",
                      .expected = "the numbers of each column",
                      .remedy = "the model file is damaged: fit it again",
                      .problem = "cannot read the stored model"});
  }
  std::vector<FrozenCut> cuts;
  for (std::size_t place = 0; place < size; ++place) {
    cuts.push_back({.column = column[place],
                    .cut = cut[place],
                    .choice = {.statistic = statistic[place],
                               .p = p[place],
                               .cuts = compared[place],
                               .undefined_because = because[place]}});
  }
  return FrozenCuts(std::move(cuts));
}

Corrections Corrections::from_record(const Record& model) {
  Corrections corrections;
  if (model.has("combat")) {
    corrections.combat = Combat::from_record(model.record("combat"));
  }
  if (model.has("cuts")) {
    corrections.cuts = FrozenCuts::from_record(model.record("cuts"));
  }
  return corrections;
}

} // namespace vigil
